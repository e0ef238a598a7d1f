// All of the Cedar engine by one include, and how it is used. Cedar is a language for policies:
// https://docs.cedarpolicy.com; this engine speaks version 4.5 of it, and knows nothing of what the
// policies are about.
//
// The lines that are set in by four are one program, which a test compiles and runs:
//
//     #include <proviso/cedar/cedar.h>
//
//     #include <iostream>
//
//     using namespace proviso;
//
//     int main() {
//
// 1. Load, once. A schema says which types, actions and attributes there are. It is optional; with it,
// JSON needs fewer escapes, and mistakes show before a request meets them. Whatever can fail gives a
// base::Result, which is std::expected: a value, or a code for programs and a message for people that
// says where and what to do, one line a mistake. No function here throws at what it reads.
//
//       const auto schema = cedar::Schema::Parse(R"(
//         entity Team;
//         entity User in [Team] = { age: Long };
//         entity Story = { embargoed: Bool };
//         action publish appliesTo { principal: User, resource: Story, context: { night: Bool } };
//       )", "press.cedarschema");
//       const auto policies = cedar::ParsePolicies(R"(
//         permit (principal in Team::"press", action == Action::"publish", resource);
//         @why("nothing leaves before its hour")
//         forbid (principal, action, resource) when { resource.embargoed };
//       )", "press.cedar");
//       if (!schema || !policies) {
//         std::cerr << (schema ? policies.error() : schema.error()).message << "\n";
//         return 1;
//       }
//
// 2. Entities, when they change: what users, teams and stories are, and what belongs to what. They are
// immutable, and may be built in layers: the many that stay, and above them the few of one request.
//
//       const auto people = cedar::EntitiesFromJson(R"([
//         {"uid": {"type": "User", "id": "ada"}, "attrs": {"age": 36},
//          "parents": [{"type": "Team", "id": "press"}]},
//         {"uid": {"type": "Team", "id": "press"}, "attrs": {}, "parents": []}
//       ])", "people.json", &*schema);
//       if (!people) return 1;
//       const cedar::EntityUid scoop("Story", "scoop");
//       cedar::Entity story{.uid = scoop, .parents = {}, .attributes = {}, .tags = {}};
//       story.attributes = cedar::Record({{"embargoed", cedar::Value::Bool(true)}});
//       const auto entities = cedar::Entities::Build({story}, &*people);  // borrows `people`
//       if (!entities) return 1;
//
// 3. Decide, for each request. This cannot fail: a policy whose evaluation errs is left out, as Cedar
// has it, and reported. Who wants it otherwise, refuses where `errors` is not empty.
//
//       const cedar::Value night = cedar::Value::FromRecord(
//           cedar::Record({{"night", cedar::Value::Bool(false)}}));
//       const cedar::Request request{cedar::EntityUid("User", "ada"),
//                                    cedar::EntityUid("Action", "publish"), scoop, night};
//       const cedar::Response response = cedar::Authorize(*policies, *entities, request);
//
// 4. Say why. The reasons are the policies that decided: the forbids that hold, or else the permits. A
// denied request with none was not forbidden: nothing permits it. `outcome` has the three in one word.
//
//       std::cout << (response.decision == cedar::Decision::kAllow ? "allow" : "deny") << "\n";
//       for (const cedar::Policy* policy : response.reasons) {
//         std::cout << policy->id() << ", line " << policy->body().position.line << ": "
//                   << policy->FindAnnotation("why").value_or("no reason given") << "\n";
//       }
//       for (const cedar::PolicyError& error : response.errors) std::cerr << error.message << "\n";
//       return response.outcome == cedar::Outcome::kForbidden ? 0 : 1;
//     }
//
// It prints "deny" and "policy1, line 3: nothing leaves before its hour".
//
// Threads: everything is immutable once it is built, and there are no globals: share a schema, a policy
// set and entities among all threads, and replace them by swapping a pointer. Lifetimes: a Response
// points into its PolicySet, a layer of entities into the one below; all else owns what it holds.
//
// Limits: policies, schemas and entities may come from anybody. limits.h bounds their size and depth,
// so neither the stack nor the memory runs out, and docs/cedar.md has what the worst of them cost.
#pragma once

#include "cedar/authorize.h"
#include "cedar/entities.h"
#include "cedar/explain.h"
#include "cedar/limits.h"
#include "cedar/parse.h"
#include "cedar/policy.h"
#include "cedar/print.h"
#include "cedar/schema.h"
#include "cedar/value.h"
