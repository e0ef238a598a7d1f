// A verifier that nobody here wrote: golang.org/x/mod/sumdb/note verifies each signature on a bundle
// (PROVISO_BUNDLE), and crypto/sha256 the digests under it. What else a bundle is, docs/formats/bundle.md says.
package bundlecheck

import (
	"crypto/sha256"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
)

type bundle struct {
	manifest   string
	signatures []string
	files      map[string]string
}

func read(text string) (bundle, error) {
	b := bundle{files: map[string]string{}}
	end := strings.Index(text, "\n\n")
	if end < 0 {
		return b, fmt.Errorf("no manifest")
	}
	b.manifest, text = text[:end+1], text[end+2:]
	for strings.HasPrefix(text, "proviso.signature/v1\n") {
		blank := strings.Index(text, "\n\n")
		end := blank + 2 + strings.Index(text[blank+2:], "\n\n")
		b.signatures = append(b.signatures, text[:end+1])
		text = text[end+2:]
	}
	text = strings.TrimPrefix(text, "proviso.files/v1\n")
	for text != "end\n" {
		line, rest, _ := strings.Cut(text, "\n")
		words := strings.SplitN(line, " ", 3)
		if len(words) != 3 || words[0] != "file" {
			return b, fmt.Errorf("no file: %q", line)
		}
		size, err := strconv.Atoi(words[1])
		if err != nil || size >= len(rest) {
			return b, fmt.Errorf("no size: %q", line)
		}
		b.files[words[2]], text = rest[:size], rest[size+1:]
	}
	return b, nil
}

func digest(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// value is what stands after a word in the lines of a text.
func value(text, word string) string {
	for _, line := range strings.Split(text, "\n") {
		if rest, found := strings.CutPrefix(line, word+" "); found {
			return rest
		}
	}
	return ""
}

// keys are those that the manifest gives to a party.
func (b bundle) keys(party string) note.Verifiers {
	var found []note.Verifier
	holder := ""
	for _, line := range strings.Split(b.manifest, "\n") {
		if rest, is := strings.CutPrefix(line, "party "); is {
			holder, _, _ = strings.Cut(rest, " ")
		}
		if text, is := strings.CutPrefix(line, "key "); is && holder == party {
			if verifier, err := note.NewVerifier(text); err == nil {
				found = append(found, verifier)
			}
		}
	}
	return note.VerifierList(found...)
}

// verify gives the parties that have signed.
func (b bundle) verify() ([]string, error) {
	var lines, parties []string
	for _, line := range strings.Split(b.manifest, "\n") {
		if len(line) > 66 && line[64:66] == "  " {
			lines = append(lines, line)
			if content, is := b.files[line[66:]]; !is || digest(content) != line[:64] {
				return nil, fmt.Errorf("%s: not the bytes that the manifest names", line[66:])
			}
		}
	}
	if len(lines) != len(b.files) {
		return nil, fmt.Errorf("%d files, and %d in the manifest", len(b.files), len(lines))
	}
	pack := "sha256:" + digest(strings.Join(lines, "\n")+"\n")
	if value(b.manifest, "package") != pack {
		return nil, fmt.Errorf("the manifest does not name the package's digest %s", pack)
	}
	for _, text := range b.signatures {
		party := value(text, "party")
		opened, err := note.Open([]byte(text), b.keys(party))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", party, err)
		}
		if value(opened.Text, "manifest") != "sha256:"+digest(b.manifest) || value(opened.Text, "package") != pack {
			return nil, fmt.Errorf("%s: has signed another bundle", party)
		}
		parties = append(parties, party)
	}
	return parties, nil
}

func theBundle(t *testing.T) string {
	bytes, err := os.ReadFile(os.Getenv("PROVISO_BUNDLE"))
	if err != nil {
		t.Fatal(err)
	}
	return string(bytes)
}

func TestVerifiesWhatBothPartiesSigned(t *testing.T) {
	b, err := read(theBundle(t))
	if err != nil {
		t.Fatal(err)
	}
	parties, err := b.verify()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(parties, " ") != "customer provider" {
		t.Fatalf("signed by %v", parties)
	}
}

func TestRefusesWhatWasChanged(t *testing.T) {
	for _, change := range [][2]string{
		{"permit (", "forbid ("},
		{"\nquorum 2 of", "\nquorum 1 of"},
		{"\nparty customer\ntime", "\nparty provider\ntime"},
		{"\ntime 2026-03-01", "\ntime 2026-02-01"},
	} {
		text := theBundle(t)
		changed := strings.Replace(text, change[0], change[1], 1)
		if changed == text {
			t.Fatalf("%q is not there", change[0])
		}
		b, err := read(changed)
		if err == nil {
			_, err = b.verify()
		}
		if err == nil {
			t.Errorf("%q was not noticed", change[1])
		}
	}
}
