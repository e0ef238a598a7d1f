//! How fast is the Rust engine? Reads the data sets of one workload and prints one line of JSON, as
//! ../how_fast_is_the_engine.cc does: the same arguments, the same passes, the same keys.
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Instant;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request, Schema,
};
use serde_json::value::RawValue;
use serde_json::Value;

type Fallible<T> = Result<T, Box<dyn Error>>;

struct Arguments {
    directory: PathBuf,
    passes: usize,
    json_requests: bool,
    decisions: Option<PathBuf>,
}

struct DataSet {
    policies: PolicySet,
    schema: Schema,
    entities: Entities,
    requests: Vec<Request>,
    request_texts: Vec<String>,
}

#[derive(Default)]
struct Loading {
    data_sets: usize,
    entities: usize,
    entity_bytes: usize,
    policies_us: f64,
    schema_us: f64,
    entities_us: f64,
    loaded_kib: i64,
}

#[derive(Default)]
struct Times {
    single_ns: Vec<u32>,
    per_request_ns: Vec<u32>,
    unclocked_ns: f64,
    unclocked_count: usize,
    allowed: usize,
    denied: usize,
    decisions: String,
}

const WARM_PASSES: usize = 2;

fn main() {
    if let Err(error) = read_arguments().and_then(|arguments| run(&arguments)) {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

fn read_arguments() -> Fallible<Arguments> {
    let mut arguments = Arguments {
        directory: PathBuf::new(),
        passes: 11,
        json_requests: false,
        decisions: None,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--json-requests" => arguments.json_requests = true,
            "--passes" => {
                arguments.passes = words.next().ok_or("--passes needs a number")?.parse()?
            }
            "--decisions" => {
                arguments.decisions = Some(words.next().ok_or("--decisions needs a file")?.into())
            }
            other if other.starts_with("--") => {
                return Err(format!("unknown argument {other}").into())
            }
            other => arguments.directory = other.into(),
        }
    }
    if arguments.directory.as_os_str().is_empty() {
        return Err(
            "usage: cedar-rust DIR [--passes N] [--json-requests] [--decisions FILE]".into(),
        );
    }
    Ok(arguments)
}

fn run(arguments: &Arguments) -> Fallible<()> {
    let authorizer = Authorizer::new();
    let mut loading = Loading::default();
    let mut times = Times::default();
    for number in 0.. {
        let directory = arguments.directory.join(format!("{number:03}"));
        if !directory.exists() {
            break;
        }
        let set = load(&arguments.directory, &directory, &mut loading)?;
        let decide = |request: &Request| {
            let response = authorizer.is_authorized(request, &set.policies, &set.entities);
            let erred = response.diagnostics().errors().next().is_some();
            (response.decision() == Decision::Allow, erred)
        };
        let count = set.requests.len();
        if arguments.json_requests {
            let decide_text = |i: usize| {
                let value: Value =
                    serde_json::from_str(&set.request_texts[i]).expect("it was read before");
                decide(&read_request(value, &set.schema).expect("it was read before"))
            };
            measure(count, arguments.passes, decide_text, &mut times);
        } else {
            measure(
                count,
                arguments.passes,
                |i| decide(&set.requests[i]),
                &mut times,
            );
        }
        times.decisions.push('\n');
    }
    if loading.data_sets == 0 {
        let place = arguments.directory.display();
        return Err(format!("{place}: no data set 000 here; bench/run engine writes them").into());
    }
    if let Some(path) = &arguments.decisions {
        fs::write(path, &times.decisions)?;
    }
    println!("{}", line(&loading, &mut times));
    Ok(())
}

fn microseconds_since(begin: Instant) -> f64 {
    begin.elapsed().as_nanos() as f64 / 1000.0
}

fn nanoseconds_since(begin: Instant) -> u32 {
    u32::try_from(begin.elapsed().as_nanos()).unwrap_or(u32::MAX)
}

fn load(shared: &Path, directory: &Path, loading: &mut Loading) -> Fallible<DataSet> {
    let policy_text = fs::read_to_string(shared.join("policies.cedar"))?;
    let schema_text = fs::read_to_string(shared.join("schema.cedarschema"))?;
    let mut entity_texts = Vec::new();
    for i in 0.. {
        match fs::read_to_string(directory.join(format!("entities-{i}.json"))) {
            Ok(text) => entity_texts.push(text),
            Err(_) => break,
        }
    }
    loading.entity_bytes += entity_texts.iter().map(String::len).sum::<usize>();
    let before = resident_kib();
    let begin = Instant::now();
    let policies = PolicySet::from_str(&policy_text)?;
    loading.policies_us += microseconds_since(begin);
    let begin = Instant::now();
    let (schema, _) = Schema::from_cedarschema_str(&schema_text)?;
    loading.schema_us += microseconds_since(begin);
    let begin = Instant::now();
    let entities = read_entities(&entity_texts, &schema)?;
    loading.entities_us += microseconds_since(begin);
    loading.data_sets += 1;
    loading.entities += entities.iter().count();
    loading.loaded_kib += resident_kib() - before;
    let request_text = fs::read_to_string(directory.join("requests.json"))?;
    let raw: Vec<Box<RawValue>> = serde_json::from_str(&request_text)?;
    let request_texts: Vec<String> = raw.iter().map(|one| one.get().to_owned()).collect();
    let requests = request_texts
        .iter()
        .map(|text| read_request(serde_json::from_str(text)?, &schema))
        .collect::<Fallible<Vec<_>>>()?;
    Ok(DataSet {
        policies,
        schema,
        entities,
        requests,
        request_texts,
    })
}

fn read_entities(texts: &[String], schema: &Schema) -> Fallible<Entities> {
    if let [text] = texts {
        return Ok(Entities::from_json_str(text, Some(schema))?);
    }
    let mut all = Vec::new();
    for text in texts {
        let part = Entities::from_json_str(text, None)?;
        all.extend(part.iter().cloned());
    }
    Ok(Entities::from_entities(all, Some(schema))?)
}

/// The members of a request are of known kinds, so nothing needs the schema but the context.
fn read_request(mut value: Value, schema: &Schema) -> Fallible<Request> {
    let uid = |key: &str| -> Fallible<EntityUid> {
        let object = &value[key];
        let name = object["type"].as_str().ok_or("a uid needs a type")?;
        let id = object["id"].as_str().ok_or("a uid needs an id")?;
        Ok(EntityUid::from_type_name_and_id(
            EntityTypeName::from_str(name)?,
            EntityId::new(id),
        ))
    };
    let (principal, action, resource) = (uid("principal")?, uid("action")?, uid("resource")?);
    let context = Context::from_json_value(value["context"].take(), Some((schema, &action)))?;
    Ok(Request::new(principal, action, resource, context, None)?)
}

fn letter(outcome: (bool, bool)) -> char {
    match outcome {
        (true, true) => 'a',
        (true, false) => 'A',
        (false, true) => 'd',
        (false, false) => 'D',
    }
}

fn measure(
    requests: usize,
    passes: usize,
    decide: impl Fn(usize) -> (bool, bool),
    times: &mut Times,
) {
    for i in 0..requests {
        let outcome = decide(i);
        *(if outcome.0 {
            &mut times.allowed
        } else {
            &mut times.denied
        }) += 1;
        times.decisions.push(letter(outcome));
    }
    for _ in 1..WARM_PASSES {
        for i in 0..requests {
            std::hint::black_box(decide(i));
        }
    }
    let mut ns = vec![0u32; requests * passes];
    for pass in 0..passes {
        for i in 0..requests {
            let begin = Instant::now();
            std::hint::black_box(decide(i));
            ns[i * passes + pass] = nanoseconds_since(begin);
        }
    }
    let begin = Instant::now();
    for _ in 0..passes {
        for i in 0..requests {
            std::hint::black_box(decide(i));
        }
    }
    times.unclocked_ns += begin.elapsed().as_nanos() as f64;
    times.unclocked_count += requests * passes;
    times.single_ns.extend_from_slice(&ns);
    for one in ns.chunks_mut(passes.max(1)) {
        one.sort_unstable();
        times.per_request_ns.push(one[one.len() / 2]);
    }
}

fn quantile(ns: &mut [u32], part: f64) -> f64 {
    if ns.is_empty() {
        return 0.0;
    }
    ns.sort_unstable();
    let rank = (part * ns.len() as f64).ceil() as usize;
    f64::from(ns[rank.saturating_sub(1).min(ns.len() - 1)])
}

fn mean(ns: &[u32]) -> f64 {
    ns.iter().map(|one| f64::from(*one)).sum::<f64>() / ns.len().max(1) as f64
}

fn clock_cost_ns() -> f64 {
    let mut spans: Vec<u32> = (0..10_001)
        .map(|_| nanoseconds_since(Instant::now()))
        .collect();
    quantile(&mut spans, 0.5)
}

extern "C" {
    /// glibc's: gives what is free back to the system.
    fn malloc_trim(pad: usize) -> i32;
}

fn resident_kib() -> i64 {
    // SAFETY: it takes a number, and locks what it touches.
    unsafe { malloc_trim(0) };
    let text = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: i64 = text
        .split_whitespace()
        .nth(1)
        .and_then(|word| word.parse().ok())
        .unwrap_or(0);
    pages * 4
}

fn line(loading: &Loading, times: &mut Times) -> Value {
    let sets = loading.data_sets as f64;
    serde_json::json!({
        "engine": "cedar-rust", "evaluator": cedar_policy::get_sdk_version().to_string(),
        "data_sets": loading.data_sets, "requests": times.per_request_ns.len(),
        "timed": times.single_ns.len(), "allow": times.allowed, "deny": times.denied,
        "clock_ns": clock_cost_ns(),
        "mean_raw_ns": mean(&times.single_ns),
        "p50_raw_ns": quantile(&mut times.single_ns, 0.5),
        "p99_raw_ns": quantile(&mut times.single_ns, 0.99),
        "p99_of_request_medians_raw_ns": quantile(&mut times.per_request_ns, 0.99),
        "unclocked_mean_ns": times.unclocked_ns / times.unclocked_count.max(1) as f64,
        "load_policies_us": loading.policies_us / sets,
        "load_schema_us": loading.schema_us / sets,
        "load_entities_us": loading.entities_us / sets,
        "entities": loading.entities, "entity_bytes": loading.entity_bytes,
        "loaded_kib": loading.loaded_kib,
    })
}
