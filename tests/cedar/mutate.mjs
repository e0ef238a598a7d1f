// Cases from the corpus, recombined and broken: pieces of one text take the place of pieces of another.

const token = /"(?:\\.|[^"\\])*"|\w+|::|[=!<>]=|&&|\|\||\s+|[^]/gu;
const operators = ["==", "!=", "<", "<=", ">", ">=", "&&", "||", "+", "-", "*", "in", "is", "has", "like", ".", ",", "(", ")", "[", "]", "{", "}", ";", ":", "::", "!", "=", "?", "@", "%", "/", "//x\n", "&", "|"];
const words = ["true", "false", "if", "then", "else", "principal", "action", "resource", "context", "permit", "forbid", "when", "unless", "contains", "containsAll",
  "containsAny", "isEmpty", "getTag", "hasTag", "ip", "decimal", "datetime", "duration", "offset", "toDate", "toTime", "lessThan", "isIpv4", "isInRange", "isLoopback",
  "toDays", "durationSince", "__cedar", "0", "1", "-1", "9223372036854775807", "9223372036854775808", '""', '"a"', '"*"', '"1.0"', '"::"', '"1d"', '"2024-01-01"', "?principal", "?resource", "A", "é", "_"];
const schemaWords = ["entity", "action", "type", "namespace", "enum", "tags", "appliesTo", "principal", "resource", "context", "in", "Set", "String", "Long", "Bool", "Boolean", "Record",
  "Entity", "ipaddr", "decimal", "datetime", "duration", "__cedar", "__cedar::Long", "__cedar::ipaddr", "Action", "attributes", "if", '"a"', '""', "a", "b", "A", "B", "?", "@a", '@a("b")', "[]", "{}", "<", ">", ",", ";", ":", "::", "=", "(", ")"];
const openers = { "(": ")", "[": "]", "{": "}" };

function tokens(text) {
  return text.match(token) ?? [];
}

/** What a token can stand in for: an opening bracket (and all to its end), a string, a word, a number, a mark. */
function kindOf(text) {
  if (text in openers) return text;
  if (/^\s+$/.test(text)) return "space";
  if (text.startsWith('"')) return "string";
  if (/^[0-9]/.test(text)) return "number";
  return /^\w/.test(text) ? "word" : "mark";
}

/** [from, to] of a random token of this kind (of any, without one), with the bracket that it opens, whole. */
function piece(random, list, kind) {
  const fits = (text) => (kind === undefined ? kindOf(text) !== "space" : kindOf(text) === kind);
  const candidates = [...list.keys()].filter((index) => fits(list[index]));
  if (candidates.length === 0) return [0, 0];
  const from = random.pick(candidates);
  const closer = openers[list[from]];
  if (closer === undefined || random.chance(0.05)) return [from, from + 1];
  let depth = 0;
  for (let to = from; to < list.length; ++to) {
    depth += (list[to] === list[from]) - (list[to] === closer);
    if (depth === 0) return [from, to + 1];
  }
  return [from, from + 1];
}

/** Puts a piece of `other` into the place of a piece of the same kind. */
export function exchange(random, text, other) {
  const list = tokens(text);
  const kind = random.pick(["(", "(", "[", "{", "string", "string", "word", "number", "mark"]);
  const [from, to] = piece(random, list, kind);
  const theirs = tokens(random.chance(0.3) ? text : other);
  const [otherFrom, otherTo] = piece(random, theirs, kind);
  if (to > from && otherTo > otherFrom) list.splice(from, to - from, ...theirs.slice(otherFrom, otherTo));
  return list.join("");
}

/** Changes a text at one place, perhaps with a piece of `other`. */
export function mutate(random, text, other, vocabulary = [...operators, ...words]) {
  const list = tokens(text);
  const [from, to] = piece(random, list);
  const theirs = tokens(other);
  const [otherFrom, otherTo] = piece(random, theirs);
  const old = list.slice(from, to);
  const edited = [
    () => theirs.slice(otherFrom, otherTo),
    () => theirs.slice(otherFrom, otherTo),
    () => [random.pick(vocabulary)],
    () => [],
    () => [...old, ...old],
    () => [...old, random.pick(vocabulary)],
    () => [changeCharacter(random, old.join(""))],
    () => [" ", ...old, " "],
  ];
  list.splice(from, to - from, ...random.pick(edited)());
  return list.join("");
}

export function mutateSchema(random, text, other) {
  return mutate(random, text, other, schemaWords);
}

function changeCharacter(random, text) {
  const letters = [...text];
  const at = random.below(letters.length + 1);
  letters.splice(at, random.below(2), random.pick(["", "0", "9", "a", "-", "+", "Z", "\\", "*", "\\u{61}", "é", ".", ":", "/", " ", '"', "\0", "\t", "\u00a0"]));
  return letters.join("");
}

const valueWords = ["null", "true", "0", "-1", "1.5", "9223372036854775807", '"a"', '""', "[]", "{}", '"\\u0000"', '{"__extn": {"fn": "ip", "arg": "::1"}}', '{"type": "a", "id": "b"}',
  '{"__entity": {"type": "a", "id": ""}}', ",", '"__entity"', '"__extn"', '"type"', '"id"', '"uid"', '"attrs"', '"parents"', '"tags"', '{"fn": "duration", "arg": "1d"}'];

export function mutateJson(random, text, other) {
  return mutate(random, text, other, valueWords);
}
