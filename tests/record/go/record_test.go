// A verifier that nobody here wrote: golang.org/x/mod/sumdb/{note,tlog} reads a log that Proviso
// wrote (PROVISO_RECORD_DIR, signed by PROVISO_RECORD_KEY), and refuses it once it is spoiled.
package recordcheck

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// log reads the files of one log; spoil may change the bytes of a path on the way.
type log struct {
	directory string
	spoil     func(path string, bytes []byte) []byte
}

func (l log) read(path string) ([]byte, error) {
	bytes, err := os.ReadFile(filepath.Join(l.directory, path))
	if err == nil && l.spoil != nil {
		bytes = l.spoil(path, bytes)
	}
	return bytes, err
}

// Height, ReadTiles and SaveTiles make it a tlog.TileReader.
func (l log) Height() int { return 8 }

func (l log) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		// The same path without the height, which C2SP fixes at 8.
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		bytes, err := l.read(path)
		if err != nil {
			return nil, err
		}
		data[i] = bytes
	}
	return data, nil
}

func (l log) SaveTiles([]tlog.Tile, [][]byte) {}

func (l log) tree(name, key string) (tlog.Tree, error) {
	bytes, err := l.read(name)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(bytes, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	var tree tlog.Tree
	if len(lines) < 4 || lines[0] != verifier.Name() {
		return tree, fmt.Errorf("not a checkpoint of %s: %q", verifier.Name(), opened.Text)
	}
	if _, err := fmt.Sscanf(lines[1], "%d", &tree.N); err != nil {
		return tree, err
	}
	tree.Hash, err = tlog.ParseHash(lines[2])
	return tree, err
}

func (l log) entries(size int64) ([][]byte, error) {
	var entries [][]byte
	for number := int64(0); number*256 < size; number++ {
		tile := tlog.Tile{H: 8, L: 0, N: number, W: 256}
		if left := size - number*256; left < 256 {
			tile.W = int(left)
		}
		path := strings.Replace(tile.Path(), "tile/8/0/", "tile/entries/", 1)
		bundle, err := l.read(path)
		if err != nil {
			return nil, err
		}
		for i := 0; i < tile.W; i++ {
			if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
				return nil, fmt.Errorf("%s: ends inside entry %d", path, i)
			}
			length := int(binary.BigEndian.Uint16(bundle))
			entries = append(entries, bundle[2:2+length])
			bundle = bundle[2+length:]
		}
		if len(bundle) != 0 {
			return nil, fmt.Errorf("%s: %d bytes too many", path, len(bundle))
		}
	}
	return entries, nil
}

// verify checks the checkpoint, the whole tree, and the inclusion of every entry.
func (l log) verify(key string) (tlog.Tree, error) {
	tree, err := l.tree("checkpoint", key)
	if err != nil {
		return tree, err
	}
	hashes := tlog.TileHashReader(tree, l)
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return tree, err
	}
	if root != tree.Hash {
		return tree, fmt.Errorf("the tiles have root %v, the checkpoint %v", root, tree.Hash)
	}
	entries, err := l.entries(tree.N)
	if err != nil {
		return tree, err
	}
	for i, entry := range entries {
		proof, err := tlog.ProveRecord(tree.N, int64(i), hashes)
		if err != nil {
			return tree, err
		}
		if err := tlog.CheckRecord(proof, tree.N, tree.Hash, int64(i), tlog.RecordHash(entry)); err != nil {
			return tree, fmt.Errorf("entry %d: %w", i, err)
		}
	}
	return tree, nil
}

func given(t *testing.T) (log, string) {
	directory, key := os.Getenv("PROVISO_RECORD_DIR"), os.Getenv("PROVISO_RECORD_KEY")
	if directory == "" || key == "" {
		t.Skip("PROVISO_RECORD_DIR and PROVISO_RECORD_KEY are not set; tests/record/go/run sets them")
	}
	return log{directory: directory}, key
}

func TestAcceptsALogThatProvisoWrote(t *testing.T) {
	l, key := given(t)
	tree, err := l.verify(key)
	if err != nil {
		t.Fatal(err)
	}
	if tree.N < 600 {
		t.Fatalf("only %d entries: more than two full tiles are wanted", tree.N)
	}
}

func TestAcceptsThatItOnlyGrew(t *testing.T) {
	l, key := given(t)
	old, err := l.tree("checkpoint.old", key)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := l.tree("checkpoint", key)
	if err != nil {
		t.Fatal(err)
	}
	proof, err := tlog.ProveTree(tree.N, old.N, tlog.TileHashReader(tree, l))
	if err != nil {
		t.Fatal(err)
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash); err != nil {
		t.Fatal(err)
	}
}

func TestRefusesALogThatWeSpoiled(t *testing.T) {
	l, key := given(t)
	flips := 0
	for _, target := range []string{"checkpoint", "tile/0/000", "tile/0/001", "tile/1/000.p/2", "tile/entries/000", "tile/entries/001"} {
		whole, err := l.read(target)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(whole); at += 1 + len(whole)/7 {
			spoiled := l
			spoiled.spoil = func(path string, bytes []byte) []byte {
				if path == target {
					bytes[at] ^= 1
				}
				return bytes
			}
			if _, err := spoiled.verify(key); err == nil {
				t.Errorf("%s: byte %d changed, and nobody noticed", target, at)
			}
			flips++
		}
	}
	if flips < 30 {
		t.Errorf("only %d changes were tried", flips)
	}
}
