// Embeddings in the two forms there are, OpenAI's and Gemini's: a vector of numbers for each text.
//
//   auto asked = ReadEmbedding(Dialect::kOpenAiChat, body);
//   auto sent = TranslateEmbedding(*asked, {.to = Dialect::kGemini, .model = "gemini-embedding-001"});
//   Post(PathOfEmbedding(Dialect::kGemini, model, *asked), sent->body);
//   auto answer = ReadEmbeddings(Dialect::kGemini, reply);
//   Send(WriteEmbeddings(Dialect::kOpenAiChat, *answer, *asked));
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "protocol/dialect.h"
#include "protocol/translate.h"

namespace proviso::protocol {

/// What is to be embedded, and how.
struct EmbeddingRequest {
  Dialect dialect = Dialect::kOpenAiChat;
  std::string model;                ///< "" where only the path names it.
  std::vector<std::string> inputs;  ///< Texts, in order.
  /// Inputs as numbers of OpenAI's vocabulary: nobody else can read them; `inputs` is then empty.
  std::size_t token_inputs = 0;
  std::optional<std::int64_t> dimensions;
  enum class Numbers : std::uint8_t { kPlain, kBase64 };
  Numbers numbers = Numbers::kPlain;  ///< OpenAI's encoding_format: JSON numbers, or base64 of float32.
  /// Gemini's :embedContent takes one text and answers with one vector; its batch, with a list.
  enum class Form : std::uint8_t { kOne, kList };
  Form form = Form::kList;
  std::string user;  ///< OpenAI's.
  /// Members that only Gemini has (taskType, title, …), each once.
  std::vector<std::string> others;
};

/// Fails with kInvalid ("input: …", "requests[1].content.parts[0]: only texts …"), and for dialects
/// that have no embeddings.
[[nodiscard]] base::Result<EmbeddingRequest> ReadEmbedding(Dialect dialect, std::string_view body);

/// The request in the other form; kInvalid names what it cannot say. The end user is a finding.
[[nodiscard]] base::Result<TranslatedRequest> TranslateEmbedding(const EmbeddingRequest& request,
                                                                 const Translation& translation);

/// Where it is sent, below the upstream's base URL: Gemini has a path for one and a path for many.
[[nodiscard]] std::string PathOfEmbedding(Dialect to, std::string_view model,
                                          const EmbeddingRequest& request);

struct Embeddings {
  std::vector<std::vector<double>> vectors;  ///< In the order of the inputs.
  std::int64_t input_tokens = 0;             ///< 0 where the provider does not say.
  std::string model;
};

/// Fails with kCorrupt when the provider broke its form, kUnavailable when it reports an error.
[[nodiscard]] base::Result<Embeddings> ReadEmbeddings(Dialect dialect, std::string_view body);

/// The answer as the caller asked for it. kCorrupt when there are not as many vectors as inputs.
[[nodiscard]] base::Result<std::string> WriteEmbeddings(Dialect to, const Embeddings& embeddings,
                                                        const EmbeddingRequest& asked);

}  // namespace proviso::protocol
