#include "protocol/internal/stream_framing.h"

namespace proviso::protocol::internal {
namespace {

class SseFraming final : public StreamFraming {
 public:
  explicit SseFraming(std::size_t frame_bytes_max) : reader_(frame_bytes_max) {}

  void Append(std::string_view bytes) override { reader_.Append(bytes); }
  [[nodiscard]] std::string_view Unread() const override { return reader_.Unread(); }
  base::Result<std::string_view> Next() override { return reader_.Next(); }
  std::string_view Skip(std::size_t size) override { return reader_.Skip(size); }
  [[nodiscard]] base::Result<SseFrame> Parse(std::string_view bytes) const override {
    return ParseFrame(bytes);
  }
  [[nodiscard]] std::string WithData(const SseFrame& frame, std::string_view data) const override {
    return protocol::WithData(frame, data);
  }

 private:
  SseReader reader_;
};

}  // namespace

std::unique_ptr<StreamFraming> MakeSseFraming(std::size_t frame_bytes_max) {
  return std::make_unique<SseFraming>(frame_bytes_max);
}

}  // namespace proviso::protocol::internal
