#include <gtest/gtest.h>

#include "protocol/internal/dialects.h"

namespace proviso::protocol::internal {
namespace {

TEST(Media, ComesOutOfDataUrlsAndBack) {
  const auto media = MediaFromUrl("DATA:Image/PNG;charset=x;base64,iVBORw0=", MediaBlock::Kind::kImage);
  ASSERT_TRUE(media);
  EXPECT_EQ(media->media_type, "image/png");
  EXPECT_EQ(media->base64, "iVBORw0=");
  EXPECT_EQ(media->url, "");
  EXPECT_EQ(DataUrl(*media), "data:image/png;base64,iVBORw0=");
}

TEST(Media, KeepsOtherUrlsAsTheyAre) {
  const auto media = MediaFromUrl("https://files.example/a.png?x=1", MediaBlock::Kind::kImage);
  ASSERT_TRUE(media);
  EXPECT_EQ(media->url, "https://files.example/a.png?x=1");
  EXPECT_EQ(media->base64, "");
}

TEST(Media, RefusesUrlsThatSayTooLittle) {
  for (const char* url :
       {"", "a.png", "file:///etc/passwd", "javascript:1", "data:image/png,abc",
        "data:;base64,QQ==", "data:image/png;base64", "data:image/png;base64,",
        "data:image/png;base64,QQ===", "data:image/png;base64,Q Q=", "data:image/png;base64,Q=Q="}) {
    EXPECT_FALSE(MediaFromUrl(url, MediaBlock::Kind::kImage)) << url;
  }
}

TEST(PlainText, JoinsWhatCanBeRead) {
  std::vector<Block> blocks(3);
  blocks[0].content = TextBlock{.text = "a", .citations = {}};
  blocks[1].content = MediaBlock{};
  blocks[2].content = RefusalBlock{.text = "b"};
  EXPECT_EQ(PlainText(blocks), "a\nb");
}

}  // namespace
}  // namespace proviso::protocol::internal
