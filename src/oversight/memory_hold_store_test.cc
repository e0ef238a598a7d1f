#include "oversight/memory_hold_store.h"

#include "oversight/hold_store_contract.h"

namespace proviso::oversight {
namespace {

std::unique_ptr<HoldStore> MakeMemoryHoldStore(const std::filesystem::path&) {
  return std::make_unique<MemoryHoldStore>();
}

INSTANTIATE_TEST_SUITE_P(Memory, HoldStoreContract, testing::Values(&MakeMemoryHoldStore));

}  // namespace
}  // namespace proviso::oversight
