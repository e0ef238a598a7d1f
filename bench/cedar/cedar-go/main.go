// How fast is cedar-go? Reads the data sets of one workload and prints one line of JSON, as
// ../how_fast_is_the_engine.cc does: the same arguments, the same passes, the same keys.
package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	cedar "github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"
)

type arguments struct {
	directory    string
	passes       int
	jsonRequests bool
	decisions    string
}

type dataSet struct {
	policies     *cedar.PolicySet
	entities     types.EntityMap
	requests     []cedar.Request
	requestTexts [][]byte
}

type loading struct {
	dataSets, entities, entityBytes int
	policiesUs, entitiesUs          float64
	loadedKib                       int
}

type times struct {
	singleNs, perRequestNs []uint32
	unclockedNs            float64
	unclockedCount         int
	allowed, denied        int
	decisions              strings.Builder
}

const warmPasses = 2

func main() {
	args, err := readArguments(os.Args[1:])
	if err == nil {
		err = run(args)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func readArguments(words []string) (arguments, error) {
	args := arguments{passes: 11}
	for i := 0; i < len(words); i++ {
		var err error
		switch {
		case words[i] == "--json-requests":
			args.jsonRequests = true
		case words[i] == "--passes" && i+1 < len(words):
			i++
			args.passes, err = strconv.Atoi(words[i])
		case words[i] == "--decisions" && i+1 < len(words):
			i++
			args.decisions = words[i]
		case !strings.HasPrefix(words[i], "--"):
			args.directory = words[i]
		default:
			err = fmt.Errorf("unknown argument %s", words[i])
		}
		if err != nil {
			return args, err
		}
	}
	if args.directory == "" {
		return args, fmt.Errorf("usage: cedar-go DIR [--passes N] [--json-requests] [--decisions FILE]")
	}
	return args, nil
}

func run(args arguments) error {
	var loads loading
	var found times
	for number := 0; ; number++ {
		directory := filepath.Join(args.directory, fmt.Sprintf("%03d", number))
		if _, err := os.Stat(directory); err != nil {
			break
		}
		set, err := load(args.directory, directory, &loads)
		if err != nil {
			return fmt.Errorf("%s: %w", directory, err)
		}
		// What loading left behind is not the decisions' to clean up.
		runtime.GC()
		if args.jsonRequests {
			measure(len(set.requests), args.passes, func(i int) (bool, bool) {
				var request cedar.Request
				if err := json.Unmarshal(set.requestTexts[i], &request); err != nil {
					panic(err)
				}
				return decide(set, request)
			}, &found)
		} else {
			measure(len(set.requests), args.passes, func(i int) (bool, bool) {
				return decide(set, set.requests[i])
			}, &found)
		}
		found.decisions.WriteByte('\n')
	}
	if loads.dataSets == 0 {
		return fmt.Errorf("%s: no data set 000 here; bench/run engine writes them", args.directory)
	}
	if args.decisions != "" {
		if err := os.WriteFile(args.decisions, []byte(found.decisions.String()), 0o644); err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(line(loads, found))
}

func decide(set *dataSet, request cedar.Request) (bool, bool) {
	decision, diagnostic := cedar.Authorize(set.policies, set.entities, request)
	return decision == cedar.Allow, len(diagnostic.Errors) > 0
}

func microsecondsSince(begin time.Time) float64 {
	return float64(time.Since(begin).Nanoseconds()) / 1000
}

func load(shared, directory string, loads *loading) (*dataSet, error) {
	policyText, err := os.ReadFile(filepath.Join(shared, "policies.cedar"))
	if err != nil {
		return nil, err
	}
	set := &dataSet{entities: types.EntityMap{}}
	var entityTexts [][]byte
	for i := 0; ; i++ {
		text, err := os.ReadFile(filepath.Join(directory, fmt.Sprintf("entities-%d.json", i)))
		if err != nil {
			break
		}
		entityTexts = append(entityTexts, text)
		loads.entityBytes += len(text)
	}
	before := residentKib()
	begin := time.Now()
	set.policies, err = cedar.NewPolicySetFromBytes("policies.cedar", policyText)
	if err != nil {
		return nil, err
	}
	loads.policiesUs += microsecondsSince(begin)
	begin = time.Now()
	for i, text := range entityTexts {
		part := set.entities
		if i > 0 {
			part = types.EntityMap{}
		}
		if err := json.Unmarshal(text, &part); err != nil {
			return nil, err
		}
		if i == 0 {
			set.entities = part
		}
		for uid, entity := range part {
			set.entities[uid] = entity
		}
	}
	loads.entitiesUs += microsecondsSince(begin)
	loads.dataSets++
	loads.entities += len(set.entities)
	entityTexts = nil
	loads.loadedKib += residentKib() - before
	requestText, err := os.ReadFile(filepath.Join(directory, "requests.json"))
	if err != nil {
		return nil, err
	}
	var raw []json.RawMessage
	if err := json.Unmarshal(requestText, &raw); err != nil {
		return nil, err
	}
	for _, text := range raw {
		var request cedar.Request
		if err := json.Unmarshal(text, &request); err != nil {
			return nil, err
		}
		set.requests = append(set.requests, request)
		set.requestTexts = append(set.requestTexts, text)
	}
	return set, nil
}

func letter(allowed, erred bool) byte {
	switch {
	case allowed && erred:
		return 'a'
	case allowed:
		return 'A'
	case erred:
		return 'd'
	}
	return 'D'
}

// sink keeps the compiler from dropping decisions that nobody reads.
var sink int

func measure(requests, passes int, decide func(int) (bool, bool), found *times) {
	for i := range requests {
		allowed, erred := decide(i)
		if allowed {
			found.allowed++
		} else {
			found.denied++
		}
		found.decisions.WriteByte(letter(allowed, erred))
	}
	for range warmPasses - 1 {
		for i := range requests {
			decide(i)
		}
	}
	ns := make([]uint32, requests*passes)
	for pass := range passes {
		for i := range requests {
			begin := time.Now()
			allowed, _ := decide(i)
			ns[i*passes+pass] = uint32(min(time.Since(begin).Nanoseconds(), math.MaxUint32))
			if allowed {
				sink++
			}
		}
	}
	begin := time.Now()
	for range passes {
		for i := range requests {
			if allowed, _ := decide(i); allowed {
				sink++
			}
		}
	}
	found.unclockedNs += float64(time.Since(begin).Nanoseconds())
	found.unclockedCount += requests * passes
	found.singleNs = append(found.singleNs, ns...)
	for i := 0; i < requests && passes > 0; i++ {
		one := ns[i*passes : (i+1)*passes]
		slices.Sort(one)
		found.perRequestNs = append(found.perRequestNs, one[passes/2])
	}
}

// quantile sorts ns.
func quantile(ns []uint32, part float64) float64 {
	if len(ns) == 0 {
		return 0
	}
	slices.Sort(ns)
	rank := int(math.Ceil(part*float64(len(ns)))) - 1
	return float64(ns[max(0, min(rank, len(ns)-1))])
}

func mean(ns []uint32) float64 {
	total := 0.0
	for _, one := range ns {
		total += float64(one)
	}
	return total / float64(max(1, len(ns)))
}

func clockCostNs() float64 {
	spans := make([]uint32, 10001)
	for i := range spans {
		begin := time.Now()
		spans[i] = uint32(time.Since(begin).Nanoseconds())
	}
	return quantile(spans, 0.5)
}

func residentKib() int {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	pages, _ := strconv.Atoi(fields[1])
	return pages * os.Getpagesize() / 1024
}

func line(loads loading, found times) map[string]any {
	sets := float64(loads.dataSets)
	return map[string]any{
		"engine": "cedar-go", "evaluator": runtime.Version(), "data_sets": loads.dataSets,
		"requests": len(found.perRequestNs), "timed": len(found.singleNs),
		"allow": found.allowed, "deny": found.denied, "clock_ns": clockCostNs(),
		"p50_raw_ns": quantile(found.singleNs, 0.5), "p99_raw_ns": quantile(found.singleNs, 0.99),
		"mean_raw_ns":                   mean(found.singleNs),
		"p99_of_request_medians_raw_ns": quantile(found.perRequestNs, 0.99),
		"unclocked_mean_ns":             found.unclockedNs / float64(max(1, found.unclockedCount)),
		"load_policies_us":              loads.policiesUs / sets,
		"load_entities_us":              loads.entitiesUs / sets,
		"entities":                      loads.entities, "entity_bytes": loads.entityBytes,
		"loaded_kib": loads.loadedKib,
	}
}
