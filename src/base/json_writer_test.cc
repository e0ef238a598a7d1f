#include "base/json_writer.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace proviso::base {
namespace {

TEST(JsonWriter, WritesNestedValuesCompactly) {
  JsonWriter json;
  json.BeginObject().Key("a").BeginArray().Integer(-1).Bool(true).Null().EndArray();
  json.Key("b").String("x\"y\n\x01").Key("c").Number(0.5).Key("d").BeginObject().EndObject().EndObject();
  EXPECT_EQ(json.Take(), R"({"a":[-1,true,null],"b":"x\"y\n\u0001","c":0.5,"d":{}})");
}

TEST(JsonWriter, IndentsForPeople) {
  JsonWriter json(JsonWriter::Layout::kPretty);
  json.BeginObject()
      .Key("a")
      .BeginArray()
      .Integer(1)
      .Integer(2)
      .EndArray()
      .Key("b")
      .BeginArray()
      .EndArray()
      .EndObject();
  EXPECT_EQ(json.Take(), "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}");
}

TEST(JsonWriter, WhatItWritesReadsBackTheSame) {
  std::string every_byte;
  for (int c = 0; c < 128; ++c) every_byte.push_back(static_cast<char>(c));
  const std::string written = JsonString(every_byte);
  const auto document = JsonDocument::Parse(written);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().text(), every_byte);
}

}  // namespace
}  // namespace proviso::base
