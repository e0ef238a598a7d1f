"""The Cedar engines on the same files: ours (each evaluator), cedar-go, and the Rust engine at the version
whose language we implement and at the newest. Go and Rust are built here, from pinned sources; an engine
that cannot be built is a row that says why. All must agree on every decision, or the run fails."""
import json
import os
import shutil
import statistics
import subprocess

import rig as rigs

HERE = rigs.ROOT / "bench" / "cedar"
WORK = rigs.ROOT / "build" / "bench-data"
PROGRAM = rigs.BUILD / "bench" / "how_fast_is_the_engine"
WRITER = rigs.BUILD / "bench" / "write_data_sets"
EVALUATORS = ("compiled", "tree")
RUST = {"Rust 4.5": "cedar-rust", "Rust newest": "cedar-rust-newest"}
MOVED_MAX = 0.25
RUN_S_MAX = 1800  # the Rust engine reads a million entities in about one minute


def run(command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=RUN_S_MAX, **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def build_go():
    program = WORK / "cedar-go"
    run(["go", "build", "-o", program, "."], cwd=HERE / "cedar-go")
    return program


def build_rust(folder):
    target = WORK / f"target-{folder}"
    run(["cargo", "build", "--release", "--locked", "--target-dir", target], cwd=HERE / folder)
    return target / "release" / f"how-fast-is-{folder}"


def find_engines(report):
    """Name to command line. The first is ours, and what the others are compared with; none without ours."""
    if not (PROGRAM.exists() and WRITER.exists()):
        report.row("engines", "not run: build the preset bench first")
        return {}
    engines = {name: [PROGRAM, "--evaluator", name] for name in EVALUATORS}
    builders = {"cedar-go": ("go", build_go)}
    for name, folder in RUST.items():
        builders[name] = ("cargo", lambda folder=folder: build_rust(folder))
    for name, (tool, build) in builders.items():
        if not shutil.which(tool):
            report.row(name, f"not run: no {tool} here")
            continue
        try:
            engines[name] = [build()]
        except (RuntimeError, OSError, subprocess.TimeoutExpired) as error:
            report.row(name, f"not run: {str(error).splitlines()[-1]}")
    return engines


def write(example, size, data_sets, requests=500):
    directory = WORK / "cedar" / example / str(size)
    shutil.rmtree(directory, ignore_errors=True)
    run([WRITER, directory, example, size, data_sets, requests])
    return directory


def first_difference(ours, theirs):
    for number, (a, b) in enumerate(zip(ours.split("\n"), theirs.split("\n"))):
        for request, (x, y) in enumerate(zip(a, b)):
            if x != y:
                return f"data set {number:03}, request {request}: {x} and {y}"
    return "one made more decisions than the other"


def measure(report, engines, directory, rounds, passes, *extra):
    """One row an engine: the median of its rounds, the clock's cost taken off. Rounds alternate."""
    rows = {name: [] for name in engines}
    agreed = None
    for number in range(rounds):
        for name, command in engines.items():
            decisions = WORK / "decisions.txt"
            text = run([*command, directory, "--passes", passes, "--decisions", decisions, *extra])
            row = json.loads(text)
            report.raw(part="engine", workload=directory.parent.name, size=directory.name, round=number, name=name,
                       extra=" ".join(extra), **row)
            made = decisions.read_text()
            if agreed is None:
                agreed = made
            elif made != agreed:
                raise RuntimeError(f"{directory}: {next(iter(engines))} and {name} disagree at "
                                   f"{first_difference(agreed, made)} (A allow, D deny, small: a policy erred)")
            rows[name].append(row)
    return {name: summary(found) for name, found in rows.items()}


def summary(rows):
    def median(key, off=0):
        return statistics.median(row[key] - off * row["clock_ns"] for row in rows)

    def moved(key):
        values = [row[key] for row in rows]
        return max(values) / min(values) - 1

    return {
        "p50": median("p50_raw_ns", 1), "p99": median("p99_raw_ns", 1),
        "p99_quiet": median("p99_of_request_medians_raw_ns", 1), "mean": median("unclocked_mean_ns"),
        "clock": median("clock_ns"), "p50_moved": moved("p50_raw_ns"), "mean_moved": moved("unclocked_mean_ns"),
        "allow": rows[0]["allow"], "requests": rows[0]["requests"], "entities": rows[0]["entities"] / rows[0]["data_sets"],
        "load_policies_us": median("load_policies_us"), "load_entities_us": median("load_entities_us"),
        "loaded_kib": median("loaded_kib") / rows[0]["data_sets"],
    }


def amount(ns):
    return f"{ns:.0f} ns" if ns < 10_000 else f"{ns / 1000:.1f} us" if ns < 1e7 else f"{ns / 1e6:.1f} ms"


def microseconds(us):
    return amount(us * 1000)


def compared(found, key, show=amount):
    """"95 ns; tree 350 ns (3.7), cedar-go 5350 ns (56), …": each with its ratio to the first."""
    (ours, first), *others = found.items()
    parts = [f"{name} {show(one[key])} (x{one[key] / max(first[key], 1e-9):.{1 if name in EVALUATORS else 0}f})"
             for name, one in others]
    return f"{ours} {show(first[key])}" + ("; " + ", ".join(parts) if parts else "")


def note_movement(report, found):
    """p50 stands when others had the machine for moments; p99 and the mean do not."""
    p50, mean = (max(one[key] for one in found.values()) for key in ("p50_moved", "mean_moved"))
    verdict = ("  THROW THESE ROWS AWAY" if p50 > MOVED_MAX else
               "  others ran beside: only p50 counts" if mean > MOVED_MAX else "")
    report.row("  an engine moved over the rounds by", f"p50 {p50:.0%}, mean {mean:.0%}{verdict}", f"<= {MOVED_MAX:.0%}")


def measure_engine(report, options):
    """The applications of the OOPSLA 2024 evaluation."""
    engines = find_engines(report)
    if not engines:
        return
    for example in ("gdrive", "github", "tinytodo"):
        for size, data_sets in ((5, options.data_sets), (50, options.data_sets), (500, max(1, options.data_sets // 20))):
            directory = write(example, size, data_sets)
            found = measure(report, engines, directory, options.rounds, options.passes)
            first = next(iter(found.values()))
            name = f"{example} {size}"
            report.row(name, f"{data_sets} stores of {first['entities']:.0f} entities, {first['requests']} requests, "
                             f"{first['allow'] / first['requests']:.0%} allowed, all engines agree; "
                             f"clock {first['clock']:.0f} ns, taken off")
            goal = size == 50
            report.row(f"{name}, p50", compared(found, "p50"), "<= 300 ns, x50" if goal else "")
            report.row(f"{name}, p99", compared(found, "p99"), "<= 1000 ns, x50" if goal else "")
            report.row(f"{name}, p99 of each request's median", compared(found, "p99_quiet"))
            report.row(f"{name}, mean without the clock", compared(found, "mean"))
            report.row(f"{name}, to read the entities", compared(found, "load_entities_us", microseconds))
            note_movement(report, found)


def measure_growth(report, options):
    """How one decision grows: with clauses, with entities, and when the request comes as JSON."""
    engines = find_engines(report)
    if not engines:
        return
    for example, what in (("clauses", "clauses on the action"), ("clauses-on-others", "clauses, one on the action")):
        for size in (1, 10, 100, 500):
            found = measure(report, engines, write(example, size, 1), options.rounds, options.passes)
            report.row(f"{size} {what}, mean", compared(found, "mean"))
            if size == 500:
                report.row(f"{size} {what}, to read", compared(found, "load_policies_us", microseconds))
                note_movement(report, found)
    for example in ("gdrive", "github"):
        found = measure(report, engines, write(example, 50, 10), options.rounds, options.passes, "--json-requests")
        report.row(f"{example} 50, JSON to decision, p50", compared(found, "p50"))
        report.row(f"{example} 50, JSON to decision, p99", compared(found, "p99"))
    for size in (1_000, 10_000, 100_000, 1_000_000):
        if size > options.entities_max:
            continue
        # One round: loading a million entities takes longer than measuring them.
        found = measure(report, engines, write("people", size, 1), 1, options.passes)
        report.row(f"{size} people, p50", compared(found, "p50"))
        report.row(f"{size} people, p99", compared(found, "p99"))
        report.row(f"{size} people, to read", compared(found, "load_entities_us", microseconds))
        entities = next(iter(found.values()))["entities"]
        report.row(f"{size} people, memory an entity",
                   compared(found, "loaded_kib", lambda kib: f"{kib * 1024 / entities:.0f} B"))


def describe(report, options):
    versions = []
    if shutil.which("go"):
        pinned = [line.split() for line in (HERE / "cedar-go" / "go.mod").read_text().splitlines() if "cedar-go v" in line]
        versions.append(f"cedar-go {pinned[0][-1]}, {run(['go', 'version']).split()[2]}")
    if shutil.which("cargo"):
        pins = [line.split('"')[1].lstrip("=") for folder in RUST.values()
                for line in (HERE / folder / "Cargo.toml").read_text().splitlines() if line.startswith("cedar-policy")]
        versions.append(f"cedar-policy {' and '.join(pins)}, {' '.join(run(['rustc', '--version']).split()[:2])}, fat LTO")
    report.row("other engines", "; ".join(versions) or "none here")
    report.row("method, engine", f"medians of {options.rounds} alternating rounds; every decision timed alone, "
                                 f"{options.passes} passes after 2 to warm, entities and requests read once; Go with its "
                                 f"collector as it comes; {os.cpu_count()} cores, one used")
