#include "routing/budget_store_contract.h"
#include "routing/claim_store_contract.h"

namespace proviso::routing {
namespace {

std::unique_ptr<BudgetStore> MakeMemoryBudgetStore() {
  return std::make_unique<MemoryBudgetStore>();
}
std::unique_ptr<ClaimStore> MakeMemoryClaimStore() {
  return std::make_unique<MemoryClaimStore>();
}

INSTANTIATE_TEST_SUITE_P(Memory, BudgetStoreContract, testing::Values(&MakeMemoryBudgetStore));
INSTANTIATE_TEST_SUITE_P(Memory, ClaimStoreContract, testing::Values(&MakeMemoryClaimStore));

}  // namespace
}  // namespace proviso::routing
