// Agreements of any number of clauses, as mixed as real ones: for tests of size and for benchmarks.
#pragma once

#include <memory>
#include <string>

#include "terms/internal/package_for_tests.h"
#include "terms/package.h"

namespace proviso::terms::internal {

/// Which of the clauses say something else than in `kNone`.
enum class Changed : std::uint8_t { kNone, kFew, kAll };

class LargePackage {
 public:
  LargePackage(int clauses, Changed changed) : clauses_(clauses), changed_(changed) {}

  [[nodiscard]] std::shared_ptr<const Package> Load() const {
    auto package = Package::FromFiles({{"agreement.toml", Agreement()},
                                       {"schema.cedarschema", Schema()},
                                       {"clauses/all.cedar", Clauses()}});
    return package ? *package : nullptr;
  }

  [[nodiscard]] std::string Clauses() const {
    std::string text;
    for (int i = 0; i < clauses_; ++i) text += Clause(i);
    return text;
  }

 private:
  static constexpr int kKinds = 14;
  static constexpr int kTools = 20;
  static constexpr int kPurposes = 24;
  static constexpr int kDetectors = 12;

  static std::string Key(const std::string& name) { return KeyOf(name).verifier().Text(); }

  static std::string Agreement() {
    std::string toml =
        "[agreement]\nname = \"large\"\nversion = \"1\"\neffective = 2026-01-01T00:00:00Z\n"
        "expires = 2028-01-01T00:00:00Z\nthird_parties = [\"court\"]\n"
        "[[party]]\nid = \"provider\"\n[[party]]\nid = \"customer\"\n"
        "[[fact]]\nname = \"determination\"\nasserted_by = \"customer\"\n"
        "[[authority_issuer]]\nid = \"court\"\nkey = \"" +
        Key("court") + "\"\n";
    for (const char* application : {"analyst-desk", "field-desk", "archive"}) {
      toml += std::string("[[application]]\nid = \"") + application +
              "\"\norganization = \"agency\"\nparty = \"customer\"\npurposes = [";
      for (int i = 0; i < kPurposes; ++i) toml += "\"purpose-" + std::to_string(i) + "\", ";
      toml += "]\n";
    }
    const char* const effects[] = {"observe", "communicate", "modify", "engage"};
    for (int i = 0; i < kTools; ++i) {
      toml += "[[tool]]\nname = \"tool-" + std::to_string(i) + "\"\neffect = \"" + effects[i % 4] + "\"\n";
      if (i % 5 == 0) toml += "server = \"field\"\n";
    }
    toml +=
        "[[approver_profile]]\nname = \"one-lawyer\"\nroles = [\"lawyer\"]\n"
        "[[approver_profile]]\nname = \"two-commanders\"\ncount = 2\nroles = [\"commander\"]\n"
        "[[approver_profile]]\nname = \"three\"\ncount = 3\n";
    for (int i = 0; i < 6; ++i) {
      const std::string person = "person-" + std::to_string(i);
      toml += "[[approver]]\nperson = \"" + person + "\"\nroles = [\"" +
              (i < 2   ? "lawyer"
               : i < 5 ? "commander"
                       : "analyst") +
              "\"]\nkey = \"" + Key(person) + "\"\n";
    }
    return toml;
  }

  static std::string Schema() {
    std::string findings;
    for (int i = 0; i < kDetectors; ++i) findings += "detector_" + std::to_string(i) + "?: Long, ";
    return "type Findings = { " + findings +
           "};\ntype Input = { zone?: String, asset?: String, count?: Long };\n";
  }

  /// What clause i speaks of.
  struct Words {
    int i;
    bool differs;
    std::string n;
    std::string purpose;
    std::string detector;
    std::string tool;
    std::string many;
    std::string word;
    std::string head;
    std::string decided;
  };

  static constexpr std::string_view kCall = "forbid (principal, action == Action::\"call_tool\", resource)\n";
  static constexpr std::string_view kAll = "forbid (principal, action, resource)\n";

  [[nodiscard]] std::string Clause(int i) const {
    const bool differs = changed_ == Changed::kAll || (changed_ == Changed::kFew && i % 40 == 13);
    const std::string n = std::to_string(i);
    const Words words{i,
                      differs,
                      n,
                      "UseCase::\"purpose-" + std::to_string(i % kPurposes) + "\"",
                      "detector_" + std::to_string(i % kDetectors),
                      "Tool::\"tool-" + std::to_string(1 + 2 * (i % 9)) + "\"",
                      std::to_string(500 + i + (differs ? 7 : 0)),
                      "word-" + n + (differs ? "-b" : ""),
                      "@id(\"" + n + "\") @title(\"Clause " + n + "\")\n",
                      std::string("unless { context has decision && context.decision.count >= ") +
                          (differs ? "2" : "1") +
                          " && context.decision.call_digest_matches && "
                          "context.decision.roles.contains(\"commander\") };\n"};
    return i % kKinds < 7 ? OfWhatIsDeclared(words) : OfWhatIsDone(words);
  }

  static std::string OfWhatIsDeclared(const Words& w) {
    switch (w.i % kKinds) {
      case 0:
        return w.head +
               "permit (principal in Organization::\"agency\", action in [Action::\"generate\", "
               "Action::\"embed\"], resource)\nwhen { context has purpose && context.purpose == " +
               w.purpose + (w.differs ? " && context has label" : "") + " };\n";
      case 1:
        return w.head +
               "permit (principal in Organization::\"agency\", action == Action::\"call_tool\", resource)\n"
               "when { context has effect && context has purpose && [" +
               w.purpose + ", UseCase::\"purpose-1\"].contains(context.purpose) };\n";
      case 2:
        return w.head + std::string(kAll) + "when { context has purpose && context.purpose == " + w.purpose +
               " && context has network && context.network == \"" + w.word + "\" };\n";
      case 3:
        return w.head + std::string(kAll) +
               "when { context has ledger.persons_week && context.ledger.persons_week > " + w.many +
               " }\nunless { context has authority.issuer && context.authority.issuer == \"court\" && "
               "context.authority.signed && context has authority.subject_cap && context has "
               "ledger.persons_week && "
               "context.ledger.persons_week <= context.authority.subject_cap };\n";
      case 4:
        return w.head + std::string(kAll) + "when { context has findings." + w.detector +
               " && context.findings." + w.detector + " > " + w.many + " };\n";
      case 5:
        return w.head + std::string(kAll) + "when { context has label && context.label like \"" + w.word +
               "*\" }\nunless { context has enclave && context.enclave == Enclave::\"enclave-" + w.n +
               "\" };\n";
      default:
        return w.head + std::string(kCall) +
               "when { context has effect && context.effect == \"engage\" && context has input.zone && "
               "context.input.zone == \"" +
               w.word + "\" }\n" + w.decided;
    }
  }

  static std::string OfWhatIsDone(const Words& w) {
    switch (w.i % kKinds) {
      case 7:
        return w.head + "forbid (principal, action == Action::\"call_tool\", resource == " + w.tool +
               ")\nwhen { context has input.count && context.input.count > " + w.many + " }\n" + w.decided;
      case 8:
        return w.head + std::string(kAll) + "when { context has label && context.label == \"" + w.word +
               "\" && !(context has network && context.network == \"closed\") };\n";
      case 9:
        return w.head + std::string(kAll) +
               "when { context has standing && context.standing == \"effective\" && context has now && "
               "context.now >= datetime(\"2026-0" +
               std::to_string(1 + w.i % 9) + "-1" + (w.differs ? "2" : "1") +
               "\") && resource == Model::\"model-" + w.n + "\" };\n";
      case 10:
        return w.head + std::string(kAll) +
               "when { context has on_behalf_of && context.on_behalf_of like \"*" + w.word +
               "*\" }\nunless { context has authority && context.authority.signed };\n";
      case 11:
        return w.head +
               "forbid (principal, action == Action::\"generate\", resource)\nwhen { context has tools && "
               "context.tools.uncatalogued > " +
               std::to_string(w.i % 3) +
               " && context.tools.effects.contains(\"engage\") && context has label && context.label == \"" +
               w.word + "\" };\n";
      case 12:
        return w.head + std::string(kAll) + "when { context has act.build && context.act.build > " + w.many +
               " && context has findings." + w.detector +
               " }\nunless { context has determination.necessary && " + (w.differs ? "" : "!") +
               "context.determination.necessary };\n";
      default:
        return w.head +
               "permit (principal == Application::\"field-desk\", action == Action::\"release\", resource)\n"
               "when { context has purpose && context.purpose == " +
               w.purpose + (w.differs ? " && context has network" : "") + " };\n";
    }
  }

  int clauses_;
  Changed changed_;
};

}  // namespace proviso::terms::internal
