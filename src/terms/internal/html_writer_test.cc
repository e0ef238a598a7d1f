#include "terms/internal/html_writer.h"

#include <gtest/gtest.h>

namespace proviso::terms::internal {
namespace {

TEST(HtmlWriter, EscapesTextsAndValues) {
  HtmlWriter html;
  html.Begin("p", {{"title", "\"><script>"}}).Text("</p><script>alert('x')</script> & \x1b").End("p");
  EXPECT_EQ(
      html.Take(),
      "<p title=\"&quot;&gt;&lt;script&gt;\">&lt;/p&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; "
      "\xef\xbf\xbd</p>\n");
}

TEST(HtmlWriter, EndsALineAfterABlockAlone) {
  HtmlWriter html;
  html.Begin("div").Element("span", "a").Element("p", "b\nc").End("div");
  EXPECT_EQ(html.Take(), "<div><span>a</span><p>b\nc</p>\n</div>\n");
}

}  // namespace
}  // namespace proviso::terms::internal
