#include "analysis/internal/pattern_signatures.h"

#include <algorithm>
#include <deque>

#include "analysis/limits.h"

namespace proviso::analysis {
namespace {

constexpr std::uint32_t kUnreachable = UINT32_MAX;

/// A character that none of `named` is: a letter, if there is one.
char32_t OtherThan(const std::set<char32_t>& named) {
  for (char32_t letter = U'a'; letter <= U'z'; ++letter) {
    if (!named.contains(letter)) return letter;
  }
  char32_t letter = 0x100;
  while (named.contains(letter)) ++letter;
  return letter;
}

}  // namespace

std::optional<PatternSignatures> PatternSignatures::Of(const std::vector<Pattern>& patterns) {
  if (patterns.size() > kPatternsTogetherMax) return std::nullopt;
  PatternSignatures all;
  all.patterns_ = static_cast<std::uint32_t>(patterns.size());
  all.ReadElements(patterns);
  if (!all.Explore() || !all.FindFewStrings()) return std::nullopt;
  return all;
}

void PatternSignatures::ReadElements(const std::vector<Pattern>& patterns) {
  std::set<char32_t> named;
  for (const Pattern& pattern : patterns) {
    for (const PatternPiece& piece : pattern) {
      if (piece.is_wildcard) elements_.push_back(Element{.is_wildcard = true, .character = 0});
      for (const char32_t character : piece.text) {
        elements_.push_back(Element{.is_wildcard = false, .character = character});
        named.insert(character);
      }
    }
    elements_.push_back(std::nullopt);
  }
  letters_.push_back(OtherThan(named));
  letters_.append(named.begin(), named.end());
}

PatternSignatures::Places PatternSignatures::Closed(Places places) const {
  for (std::size_t at = 0; at < places.size(); ++at) {
    if (places[at] && elements_[at] && elements_[at]->is_wildcard) places[at + 1] = true;
  }
  return places;
}

PatternSignatures::Places PatternSignatures::After(const Places& places, std::size_t letter) const {
  Places after(places.size(), false);
  for (std::size_t at = 0; at < places.size(); ++at) {
    if (!places[at] || !elements_[at]) continue;
    if (elements_[at]->is_wildcard) {
      after[at] = true;
    } else if (letter > 0 && elements_[at]->character == letters_[letter]) {
      after[at + 1] = true;
    }
  }
  return Closed(std::move(after));
}

std::uint32_t PatternSignatures::SignatureAt(const Places& places) const {
  std::uint32_t signature = 0;
  std::uint32_t pattern = 0;
  for (std::size_t at = 0; at < places.size(); ++at) {
    if (elements_[at]) continue;
    if (places[at]) signature |= 1U << pattern;
    ++pattern;
  }
  return signature;
}

bool PatternSignatures::Explore() {
  Places start(elements_.size(), false);
  for (std::size_t at = 0; at < start.size(); ++at) start[at] = at == 0 || !elements_[at - 1];
  std::map<Places, std::uint32_t> known;
  std::deque<Places> open;
  const auto number_of = [&](Places places) {
    const auto [at, is_new] = known.try_emplace(std::move(places), static_cast<std::uint32_t>(known.size()));
    if (is_new) open.push_back(at->first);
    return at->second;
  };
  number_of(Closed(std::move(start)));
  while (!open.empty()) {
    if (known.size() > kPatternStatesMax) return false;
    const Places places = std::move(open.front());
    open.pop_front();
    State state{.next = {}, .signature = SignatureAt(places)};
    for (std::size_t letter = 0; letter < letters_.size(); ++letter) {
      state.next.push_back(number_of(After(places, letter)));
    }
    states_.push_back(std::move(state));
  }
  return true;
}

/// The states that a path with a cycle leads to: what is left when those without predecessors are taken away,
/// and again. Every state is reached from the first, so infinitely many strings lead to each of these.
std::vector<bool> PatternSignatures::BehindCycles() const {
  std::vector<std::uint32_t> predecessors(states_.size(), 0);
  for (const State& state : states_) {
    for (const std::uint32_t next : state.next) ++predecessors[next];
  }
  std::vector<bool> is_behind(states_.size(), true);
  std::vector<std::uint32_t> open;
  if (predecessors[0] == 0) open.push_back(0);
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    is_behind[at] = false;
    for (const std::uint32_t next : states_[at].next) {
      if (--predecessors[next] == 0) open.push_back(next);
    }
  }
  return is_behind;
}

bool PatternSignatures::FindFewStrings() {
  const std::vector<bool> is_behind = BehindCycles();
  is_infinite_.assign(signatures(), false);
  few_.resize(signatures());
  for (std::size_t at = 0; at < states_.size(); ++at) {
    if (is_behind[at]) is_infinite_[states_[at].signature] = true;
  }
  // Paths before any cycle; they are as long as the longest pattern at most.
  struct Path {
    std::uint32_t state;
    std::u32string text;
  };
  std::vector<Path> open;
  if (!is_behind[0]) open.push_back({0, {}});
  for (std::size_t walked = 0; !open.empty(); ++walked) {
    if (walked > kPatternPathsMax) return false;
    const Path path = std::move(open.back());
    open.pop_back();
    const State& state = states_[path.state];
    if (!is_infinite_[state.signature]) few_[state.signature].push_back(path.text);
    for (std::size_t letter = 0; letter < letters_.size(); ++letter) {
      if (!is_behind[state.next[letter]]) open.push_back({state.next[letter], path.text + letters_[letter]});
    }
  }
  return true;
}

std::uint32_t PatternSignatures::SignatureOf(std::u32string_view text) const {
  std::uint32_t state = 0;
  for (const char32_t character : text) {
    const std::size_t letter = letters_.find(character, 1);
    state = states_[state].next[letter == std::u32string::npos ? 0 : letter];
  }
  return states_[state].signature;
}

/// How many letters lead from each state to the signature, at least.
std::vector<std::uint32_t> PatternSignatures::StepsTo(std::uint32_t signature) const {
  std::vector<std::vector<std::uint32_t>> before(states_.size());
  std::vector<std::uint32_t> steps(states_.size(), kUnreachable);
  std::deque<std::uint32_t> open;
  for (std::uint32_t at = 0; at < states_.size(); ++at) {
    for (const std::uint32_t next : states_[at].next) before[next].push_back(at);
    if (states_[at].signature == signature) {
      steps[at] = 0;
      open.push_back(at);
    }
  }
  while (!open.empty()) {
    const std::uint32_t at = open.front();
    open.pop_front();
    for (const std::uint32_t earlier : before[at]) {
      if (steps[earlier] != kUnreachable) continue;
      steps[earlier] = steps[at] + 1;
      open.push_back(earlier);
    }
  }
  return steps;
}

std::u32string PatternSignatures::Fresh(std::uint32_t signature, const std::set<std::u32string>& used) const {
  const std::vector<std::uint32_t> steps = StepsTo(signature);
  struct Path {
    std::uint32_t state;
    std::u32string text;
  };
  for (std::size_t length = 1;; ++length) {
    std::vector<Path> open = {{0, {}}};
    while (!open.empty()) {
      const Path path = std::move(open.back());
      open.pop_back();
      const std::size_t left = length - path.text.size();
      if (left == 0) {
        if (!used.contains(path.text)) return path.text;
        continue;
      }
      // The last pushed is walked first: the letter that stands for all others.
      for (std::size_t letter = letters_.size(); letter-- > 0;) {
        const std::uint32_t next = states_[path.state].next[letter];
        if (steps[next] < left) open.push_back({next, path.text + letters_[letter]});
      }
    }
  }
}

}  // namespace proviso::analysis
