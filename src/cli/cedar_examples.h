// Applications to measure a Cedar engine with, made up from a seed.
//
// Three are those of the evaluation in "Cedar: A New Language for Expressive, Fast, Safe, and Analyzable
// Authorization" (Cutler et al., OOPSLA 2024, section 5), written anew from its description: gdrive and
// github (from the OpenFGA sample stores) and TinyTodo. There as here, a store of size N has N users, N
// groups, N documents and so on, each two of which are connected with probability 0.05; requests are
// drawn evenly from principals, actions and the resources that the action applies to. The paper ends at
// N = 50; beyond it we keep the mean number of connections that an entity has at 50, for otherwise every
// document of a bigger store is in every folder.
//
// The others answer one question each: how a decision grows with the clauses or with the entities.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::cli {

enum class CedarExample : std::uint8_t {
  kGdrive,           ///< documents and folders, shared with people and groups; size: N of each kind
  kGithub,           ///< repositories with five roles, teams and organizations; size: N of each kind
  kTinyTodo,         ///< lists that teams read and edit, and a forbid; size: N of each kind
  kClauses,          ///< size clauses, all about the one action that requests name
  kClausesOnOthers,  ///< the same, but all except one clause are about other actions
  kPeople,           ///< few clauses over size people in teams, departments and one organization
};

/// "gdrive", "github", "tinytodo", "clauses", "clauses-on-others", "people".
[[nodiscard]] std::string_view NameOf(CedarExample example);
[[nodiscard]] std::optional<CedarExample> FindCedarExample(std::string_view name);
[[nodiscard]] std::vector<std::string> CedarExampleNames();

/// The largest size that MakeCedarWorkload makes in seconds (limits.h).
[[nodiscard]] std::size_t SizeMaxOf(CedarExample example);

/// What an engine is measured with: texts, as they would stand in files.
struct CedarWorkload {
  std::string policies;               ///< Cedar text
  std::string schema;                 ///< human syntax
  std::vector<std::string> entities;  ///< JSON arrays of at most kEntitiesPerText each; together one store
  std::string requests;               ///< JSON array of {"principal", "action", "resource", "context"}
};

inline constexpr std::size_t kEntitiesPerText = 250'000;

struct CedarExampleSize {
  std::size_t size = 50;
  std::size_t requests = 500;
  std::uint64_t seed = 1;
};

/// The same arguments give the same bytes on every machine. Policies and schema depend only on the
/// example and, for the two with clauses, its size.
[[nodiscard]] CedarWorkload MakeCedarWorkload(CedarExample example, const CedarExampleSize& size);

}  // namespace proviso::cli
