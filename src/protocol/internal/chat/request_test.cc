// Chat Completions requests, read and written again, and written for servers that differ.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/canonical_json.h"
#include "base/json.h"
#include "protocol/internal/dialects.h"
#include "protocol/origin.h"
#include "protocol/translate.h"

namespace proviso::protocol {
namespace {

constexpr Dialect kChat = Dialect::kOpenAiChat;

std::string Body(std::string_view messages, std::string_view more = "") {
  return R"({"model":"m","messages":)" + std::string(messages) + std::string(more) + "}";
}

ExchangeRequest ReadIt(const std::string& body) {
  auto read = ReadExchange(Inbound{.dialect = kChat}, body);
  EXPECT_TRUE(read) << read.error().message << "\n" << body;
  ExchangeRequest request = read ? std::move(*read) : ExchangeRequest{};
  std::ranges::sort(request.others, {}, &Member::path);  // a JSON object has no order
  return request;
}

/// The body written for this server, canonical, or the error's message.
std::string WrittenFor(const ExchangeRequest& request, Profile profile, std::vector<Finding>& findings) {
  const Translation translation{.to = kChat, .model = "m", .profile = profile};
  internal::WriteContext context{translation, findings};
  const auto body = internal::WriteChatRequest(request, context);
  if (!body) return body.error().message;
  const auto document = base::JsonDocument::Parse(*body);
  EXPECT_TRUE(document) << *body;
  return document ? base::CanonicalJson(document->root()) : *body;
}

std::string Canonical(const std::string& json) {
  const auto document = base::JsonDocument::Parse(json);
  EXPECT_TRUE(document) << json;
  return document ? base::CanonicalJson(document->root()) : json;
}

/// All sample bodies: between them they hold each member that the API reference names.
std::vector<std::string> Samples() {
  return {
      Body(R"([{"role":"user","content":"Hello"}])"),
      Body(
          R"([{"role":"developer","content":"Be brief.","name":"dev"},{"role":"system","content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]},
        {"role":"user","name":"ann","content":[{"type":"text","text":"See"},
          {"type":"image_url","image_url":{"url":"data:image/png;base64,aGk=","detail":"low"}},
          {"type":"image_url","image_url":{"url":"https://a.example/x.png"}},
          {"type":"input_audio","input_audio":{"data":"aGk=","format":"wav"}},
          {"type":"file","file":{"file_data":"data:application/pdf;base64,aGk=","filename":"a.pdf"}},
          {"type":"file","file":{"file_id":"file-1"}},
          {"type":"text","text":"cached","cache_control":{"type":"ephemeral","ttl":"1h"}},
          {"type":"text","text":"kept","prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"}},
          {"type":"image_url","image_url":{"url":"https://a.example/y.png"},"prompt_cache_breakpoint":{"mode":"explicit","ttl":"30m"}},
          {"type":"text","text":"odd","prompt_cache_breakpoint":{"mode":"tomorrow"}},
          {"type":"document_url","document_url":"https://a.example/a.pdf","document_name":"a"},
          {"type":"video_url","video_url":{"url":"https://a.example/a.mp4"}},
          {"type":"hologram","hologram":{"depth":3}}]}])"),
      Body(
          R"([{"role":"user","content":"Q"},
        {"role":"assistant","content":null,"refusal":"No.","reasoning_content":"hm"},
        {"role":"user","content":"Again"},
        {"role":"assistant","content":"a","audio":{"id":"audio_1"},"tool_calls":[
          {"id":"call_1","type":"function","function":{"name":"f","arguments":"{\"x\":1}"}},
          {"id":"call_2","type":"custom","custom":{"name":"g","input":"free"}},
          {"id":"call_3","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"sig"}}}]},
        {"role":"tool","tool_call_id":"call_1","content":"1"},
        {"role":"tool","tool_call_id":"call_2","content":[{"type":"text","text":"2"}]},
        {"role":"tool","tool_call_id":"call_3","content":"","x":1},
        {"role":"assistant","content":[{"type":"text","text":"a"},{"type":"refusal","refusal":"b"}]}])",
          R"(,"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object","properties":{}},"strict":true}},
            {"type":"custom","custom":{"name":"g","description":"d","format":{"type":"grammar","grammar":{"syntax":"lark","definition":"start: X"}}}},
            {"type":"function","function":{"name":"h"},"cache_control":{"type":"ephemeral"}},
            {"type":"mcp","server_url":"https://a.example"}],
            "tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"g"}}]}},
            "parallel_tool_calls":false,"web_search_options":{"search_context_size":"low"})"),
      Body(R"([{"role":"user","content":"Q"},
        {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
        {"role":"function","name":"f","content":"1"}])",
           R"(,"functions":[{"name":"f","parameters":{"type":"object"}}],"function_call":{"name":"f"})"),
      Body(R"([{"role":"user","content":"Q"},{"role":"assistant","content":"a","reasoning_details":[
        {"index":0,"type":"reasoning.text","text":"hm","signature":"s"},{"index":1,"type":"reasoning.encrypted","data":"x"}]}])"),
      Body(R"([{"role":"user","content":"Q"}])",
           R"(,"stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false},
            "temperature":0.5,"top_p":0.9,"top_k":4,"presence_penalty":0.1,"frequency_penalty":-0.2,"seed":7,"n":2,
            "max_completion_tokens":100,"stop":["a","b"],"logprobs":true,"top_logprobs":3,"reasoning_effort":"high",
            "response_format":{"type":"json_schema","json_schema":{"name":"n","description":"d","schema":{"type":"object"},"strict":true}},
            "user":"u","metadata":{"team":"t"},"store":true,"service_tier":"flex","prediction":{"type":"content","content":"x"},
            "modalities":["text"],"logit_bias":{"5":1},"verbosity":"low","prompt_cache_key":"k","thinking":{"type":"enabled","budget_tokens":9,"x":1})"),
      Body(
          R"([{"role":"user","content":"Q"}])",
          R"(,"max_tokens":5,"max_completion_tokens":6,"user":"a","safety_identifier":"b","response_format":{"type":"json_object"},
            "tool_choice":"auto","stop":"x")"),
  };
}

TEST(ChatRequest, SurvivesBeingReadAndWritten) {
  for (const std::string& body : Samples()) {
    const ExchangeRequest request = ReadIt(body);
    std::vector<Finding> findings;
    const std::string written = WrittenFor(request, Profile::kNone, findings);
    EXPECT_TRUE(findings.empty());
    EXPECT_EQ(ToJson(ReadIt(written)), ToJson(request)) << written;
  }
}

/// Leaves of a JSON value, as text.
void Leaves(base::Json value, std::vector<std::string>& out) {
  if (value.is_object()) {
    for (const base::JsonMember member : value.members()) Leaves(member.value, out);
  } else if (value.is_array()) {
    for (const base::Json element : value.elements()) Leaves(element, out);
  } else if (!value.is_null()) {
    out.push_back(base::CanonicalJson(value));
  }
}

TEST(ChatRequest, LosesNoMember) {
  for (const std::string& body : Samples()) {
    std::vector<Finding> findings;
    const std::string written = WrittenFor(ReadIt(body), Profile::kNone, findings);
    const auto before = base::JsonDocument::Parse(body);
    const auto after = base::JsonDocument::Parse(written);
    std::vector<std::string> expected;
    std::vector<std::string> given;
    Leaves(before->root(), expected);
    Leaves(after->root(), given);
    std::ranges::sort(given);
    // One text is sent as a string, a refusal as a member, whichever form they came in.
    std::erase_if(expected,
                  [](const std::string& leaf) { return leaf == "\"text\"" || leaf == "\"refusal\""; });
    for (const std::string& leaf : expected)
      EXPECT_TRUE(std::ranges::binary_search(given, leaf)) << leaf << " is not in " << written;
  }
}

TEST(ChatRequest, KnowsWhereEachPieceStood) {
  const std::string body =
      Body(R"([{"role":"user","content":[{"type":"text","text":"a"}]}])", R"(,"store":true)");
  const ExchangeRequest request = ReadIt(body);
  const auto cut = [&](SourceRange range) { return body.substr(range.begin, range.end - range.begin); };
  EXPECT_EQ(cut(request.turns[0].blocks[0].source), R"({"type":"text","text":"a"})");
  EXPECT_EQ(cut(request.turns[0].source), R"({"role":"user","content":[{"type":"text","text":"a"}]})");
  EXPECT_EQ(cut(request.others[0].source), "true");
}

TEST(ChatRequest, SaysWhereItIsMalformed) {
  const std::pair<std::string, const char*> table[] = {
      {Body(R"([{"role":"wizard","content":"a"}])"),
       "messages[0].role: must be system, developer, user, assistant, tool or function"},
      {Body(R"([{"role":"user","content":7}])"),
       "messages[0].content: must be a string or an array of parts"},
      {Body(R"([{"role":"user","content":["a"]}])"), "messages[0].content[0]: must be an object"},
      {Body(R"([{"role":"user","content":[{"type":"text"}]}])"),
       "messages[0].content[0].text: must be a string"},
      {Body(R"([{"role":"user","content":[{"type":"image_url","image_url":{}}]}])"),
       "messages[0].content[0].image_url.url: must be a URL or a data URL"},
      {Body(R"([{"role":"user","content":[{"type":"file","file":{}}]}])"),
       "messages[0].content[0].file: must hold file_data or file_id"},
      {Body(R"([{"role":"tool","content":"a"}])"), "messages[0].tool_call_id: must be the id of a call"},
      {Body(R"([{"role":"assistant","tool_calls":[{"id":"a","type":"function","function":{}}]}])"),
       "messages[0].tool_calls[0].function.name: must not be empty"},
      {Body(R"([{"role":"assistant","tool_calls":[{"id":"a","type":"magic"}]}])"),
       "messages[0].tool_calls[0].type: must be function or custom"},
      {Body(R"([{"role":"user","content":"a"}])", R"(,"tool_choice":"perhaps")"),
       "tool_choice: must be auto, none, required, or an object that names a tool"},
      {Body(R"([{"role":"user","content":"a"}])", R"(,"temperature":"hot")"),
       "temperature: must be a number"},
      {Body(R"([{"role":"user","content":"a"}])", R"(,"stop":[1])"), "stop[0]: must be a string"},
  };
  for (const auto& [body, message] : table) {
    const auto read = ReadExchange(Inbound{.dialect = kChat}, body);
    ASSERT_FALSE(read) << body;
    EXPECT_EQ(read.error().message, message);
  }
}

struct ProfileRow {
  Profile profile;
  const char* what;
  std::string given;
  std::string sent;
};

TEST(ChatProfile, SendsWhatTheServerTakes) {
  const std::string call =
      R"([{"role":"user","content":"Q"},{"role":"assistant","content":null,"tool_calls":[{"id":"call_0123456789","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"call_0123456789","content":"1"}])";
  const std::string id = internal::CallIdFor(kChat, Profile::kMistral, "call_0123456789");
  const std::string thought =
      R"([{"role":"user","content":"Q"},{"role":"assistant","content":"a","reasoning_content":"old"},{"role":"user","content":"R"},{"role":"assistant","content":"b","reasoning_content":"new"}])";
  const std::string user = R"([{"role":"user","content":"Q"}])";
  const ProfileRow table[] = {
      {Profile::kMistral, "nine letters and digits", Body(call),
       Body(
           R"([{"role":"user","content":"Q"},{"role":"assistant","content":null,"tool_calls":[{"id":")" + id +
           R"(","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":")" +
           id + R"(","content":"1"}])")},
      {Profile::kMistral, "its own names",
       Body(user, R"(,"max_completion_tokens":5,"seed":1,"tool_choice":"required")"),
       Body(user, R"(,"max_tokens":5,"random_seed":1,"tool_choice":"any")")},
      {Profile::kMistral, "usage always comes",
       Body(user, R"(,"stream":true,"stream_options":{"include_usage":true})"),
       Body(user, R"(,"stream":true)")},
      {Profile::kMistral, "reasoning as a part",
       Body(R"([{"role":"user","content":"Q"},{"role":"assistant","content":"a","reasoning_content":"hm"}])"),
       Body(
           R"([{"role":"user","content":"Q"},{"role":"assistant","content":[{"type":"thinking","thinking":[{"type":"text","text":"hm"}]},{"type":"text","text":"a"}]}])")},
      {Profile::kOllama, "no developer", Body(R"([{"role":"developer","content":"Be brief."}])"),
       Body(R"([{"role":"system","content":"Be brief."}])")},
      {Profile::kDeepSeek, "reasoning only of the turn that goes on", Body(thought),
       Body(
           R"([{"role":"user","content":"Q"},{"role":"assistant","content":"a"},{"role":"user","content":"R"},{"role":"assistant","content":"b","reasoning_content":"new"}])")},
      {Profile::kGroq, "reasoning beside content", Body(thought),
       Body(
           R"([{"role":"user","content":"Q"},{"role":"assistant","content":"a","reasoning":"old"},{"role":"user","content":"R"},{"role":"assistant","content":"b","reasoning":"new"}])")},
      {Profile::kOpenAi, "reasoning has no place", Body(thought),
       Body(
           R"([{"role":"user","content":"Q"},{"role":"assistant","content":"a"},{"role":"user","content":"R"},{"role":"assistant","content":"b"}])")},
      {Profile::kVllm, "the older bound", Body(user, R"(,"max_completion_tokens":5,"top_k":3)"),
       Body(user, R"(,"max_tokens":5,"top_k":3)")},
  };
  for (const ProfileRow& row : table) {
    SCOPED_TRACE(row.what);
    std::vector<Finding> findings;
    EXPECT_EQ(WrittenFor(ReadIt(row.given), row.profile, findings), Canonical(row.sent));
  }
}

TEST(ChatProfile, RefusesByNameWhatTheServerLacks) {
  const std::string user = R"([{"role":"user","content":"Q"}])";
  const std::tuple<Profile, std::string, const char*> table[] = {
      {Profile::kMistral, R"(,"store":true)", "store: mistral does not know \"store\""},
      {Profile::kGroq, R"(,"n":2)", "sampling.choices: groq gives one answer at a time"},
      {Profile::kDeepSeek,
       R"(,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{}}})",
       "format: deepseek has no answers by JSON Schema"},
      {Profile::kOpenAi, R"(,"stop":["a","b","c","d","e"])",
       "sampling.stop: openai takes at most 4 stop sequences"},
      {Profile::kOllama, R"(,"tools":[{"type":"custom","custom":{"name":"g"}}])",
       "tools[0]: ollama has no free-text tools"},
  };
  for (const auto& [profile, more, message] : table) {
    const ExchangeRequest request = ReadIt(Body(user, more));
    std::vector<Finding> findings;
    const Translation strict{.to = kChat,
                             .model = "m",
                             .profile = profile,
                             .disposals = {{Feature::kOther, Disposal::kReject},
                                           {Feature::kChoices, Disposal::kReject},
                                           {Feature::kAnswerSchema, Disposal::kReject},
                                           {Feature::kStopSequences, Disposal::kReject},
                                           {Feature::kToolCustom, Disposal::kReject}}};
    internal::WriteContext context{strict, findings};
    const auto body = internal::WriteChatRequest(request, context);
    ASSERT_FALSE(body) << *body;
    EXPECT_EQ(body.error().message, message);

    const Translation warned{.to = kChat,
                             .model = "m",
                             .profile = profile,
                             .disposals = {{Feature::kOther, Disposal::kWarn},
                                           {Feature::kChoices, Disposal::kWarn},
                                           {Feature::kAnswerSchema, Disposal::kWarn},
                                           {Feature::kStopSequences, Disposal::kWarn},
                                           {Feature::kToolCustom, Disposal::kWarn}}};
    internal::WriteContext lenient{warned, findings};
    EXPECT_TRUE(internal::WriteChatRequest(request, lenient));
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].message, std::string(message) + "; it was left out");
  }
}

TEST(ChatRequest, IsRefusedWhenNothingIsLeftToSay) {
  std::vector<Finding> findings;
  EXPECT_EQ(WrittenFor(ExchangeRequest{}, Profile::kNone, findings),
            "turns: Chat Completions needs at least one message");
  const ExchangeRequest only_system = ReadIt(Body(R"([{"role":"system","content":"Be brief."}])"));
  const auto sent = TranslateRequest(only_system, {.to = Dialect::kAnthropicMessages, .model = "m"});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().message,
            "messages: nothing is left beside the system prompt, and anthropic-messages wants a message");
}

TEST(ChatRequest, GivesCacheMarksTheirLifetime) {
  const std::pair<const char*, std::int64_t> table[] = {
      {R"("prompt_cache_breakpoint":{"mode":"explicit"})", 1'800},
      {R"("prompt_cache_breakpoint":{"mode":"explicit","ttl":"30m"})", 1'800},
      {R"("prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"})", 43'200},
      {R"("cache_control":{"type":"ephemeral"})", 300},
      {R"("cache_control":{"type":"ephemeral","ttl":"1h"})", 3'600},
      {R"("cache_control":{"type":"eternal"})", 0},
  };
  for (const auto& [mark, lifetime_s] : table) {
    const ExchangeRequest request =
        ReadIt(Body(R"([{"role":"user","content":[{"type":"text","text":"a",)" + std::string(mark) + "}]}]"));
    const Block& block = request.turns.at(0).blocks.at(0);
    EXPECT_EQ(block.cache_s, lifetime_s) << mark;
    EXPECT_EQ(block.original.empty(), lifetime_s != 0) << mark;
  }
}

TEST(ChatRequest, PutsMediaOfResultsBehindThem) {
  ExchangeRequest request;
  request.dialect = Dialect::kAnthropicMessages;
  ResultBlock result{.call_id = "call_1", .name = "", .status = {}, .content = {}, .json = ""};
  result.content.resize(2);
  std::get<TextBlock>(result.content[0].content).text = "seen";
  MediaBlock image;
  image.media_type = "image/png";
  image.base64 = "aGk=";
  result.content[1].content = image;
  request.turns.resize(1);
  request.turns[0].blocks.resize(2);
  request.turns[0].blocks[0].content = result;
  std::get<TextBlock>(request.turns[0].blocks[1].content).text = "Next?";
  std::vector<Finding> findings;
  EXPECT_EQ(
      WrittenFor(request, Profile::kNone, findings),
      Canonical(Body(
          R"([{"role":"tool","tool_call_id":"call_1","content":"seen"},{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,aGk="}},{"type":"text","text":"Next?"}]}])")));
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].feature, Feature::kResultImage);
  EXPECT_EQ(findings[0].path, "turns[0].blocks[0].content[1]");
}

TEST(ChatRequest, KeepsForeignReasoningFromOtherModels) {
  const std::string signature = Enclose(OriginName(Dialect::kAnthropicMessages, "claude"), "sig");
  const std::string before = Body(
      R"([{"role":"assistant","content":"a","reasoning_content":"hm","reasoning_details":[{"index":0,"type":"reasoning.text","text":"hm","signature":")" +
      signature + R"("}]}])");
  const auto cut = WithoutForeignReasoning(kChat, before, "gpt");
  ASSERT_TRUE(cut && *cut);
  EXPECT_EQ(Canonical((*cut)->body), Canonical(Body(R"([{"role":"assistant","content":"a"}])")));
  EXPECT_EQ((*cut)->findings.size(), 1U);
}

TEST(ChatProfile, LeavesTheCallersBytesWhereTheServerTakesThem) {
  const std::string user = R"([{"role":"user","content":"Q"}])";
  const std::pair<Profile, std::string> taken[] = {
      {Profile::kNone, Body(user, R"(,"max_completion_tokens":5)")},
      {Profile::kMistral, Body(user, R"(,"max_tokens":5,"safe_prompt":true,"tool_choice":"auto")")},
      {Profile::kMistral, Body(user, R"(,"random_seed":5,"tool_choice":"any")")},
      {Profile::kOpenAi, Body(user, R"(,"max_tokens":5)")},
      {Profile::kVllm, Body(user, R"(,"temperature":0.5,"guided_regex":"a+")")},
      {Profile::kOpenAi,
       Body(R"([{"role":"developer","content":[{"type":"text","text":"a"}]}])", R"(,"store":true)")},
  };
  for (const auto& [profile, body] : taken) {
    const auto fitted = FitToServer(body, profile, {});
    ASSERT_TRUE(fitted) << fitted.error().message;
    EXPECT_FALSE(*fitted) << (*fitted)->body;
  }
  const auto fitted = FitToServer(Body(user, R"(,"max_completion_tokens":5)"), Profile::kMistral, {});
  ASSERT_TRUE(fitted && *fitted);
  EXPECT_EQ(Canonical((*fitted)->body), Canonical(Body(user, R"(,"max_tokens":5)")));
}

TEST(ChatProfile, IsKnownByItsName) {
  for (const Profile profile :
       {Profile::kNone, Profile::kOpenAi, Profile::kMistral, Profile::kDeepSeek, Profile::kXAi,
        Profile::kGroq, Profile::kVllm, Profile::kLlamaCpp, Profile::kOllama})
    EXPECT_EQ(ProfileNamed(NameOf(profile)), profile);
  EXPECT_EQ(ProfileNamed("other"), std::nullopt);
}

}  // namespace
}  // namespace proviso::protocol
