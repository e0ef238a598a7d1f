// A HoldStore in memory, with the whole behaviour of a real one except that it forgets when it
// goes: for tests, here and in the rooms above.
#pragma once

#include <map>
#include <mutex>

#include "oversight/hold_store.h"

namespace proviso::oversight {

class MemoryHoldStore final : public HoldStore {
 public:
  [[nodiscard]] base::Status Insert(const Hold& hold, const HoldBounds& bounds) override;
  [[nodiscard]] base::Result<Hold> Get(std::string_view id) override;
  [[nodiscard]] base::Result<Hold> Change(std::string_view id, const HoldRule& rule) override;
  [[nodiscard]] base::Result<std::vector<Hold>> List(const HoldFilter& filter) override;
  [[nodiscard]] base::Result<std::vector<std::string>> Due(std::int64_t now_ms) override;
  [[nodiscard]] base::Result<HoldChanges> ChangesSince(std::int64_t version) override;
  [[nodiscard]] base::Result<std::size_t> Forget(std::int64_t before_ms) override;

 private:
  struct Row {
    Hold hold;
    std::int64_t version;
  };
  std::mutex mutex_;
  std::map<std::string, Row, std::less<>> rows_;
  std::int64_t version_ = 0;
};

}  // namespace proviso::oversight
