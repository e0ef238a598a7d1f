// The header Proviso-Authority comes from whoever calls. Properties: what is read without the issuer's
// signature is a claim; a statement that is read writes the same text again.
#include <cstdlib>

#include "terms/authority.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;
  // The issuer of docs/formats/authority.md, whose secret is published, so that the corpus can hold
  // statements that verify.
  static const terms::Agreement agreement = [] {
    terms::Agreement made;
    made.authority_issuers.push_back(
        {"district-court", keys::VerifyKey::Parse(
                               "district-court.example+e346d015+Ae5iyRUE/G3U8Moz4xon3S736oWKpk393T/VNGbQf0Nx")
                               .value()});
    return made;
  }();
  const auto value = base::AsText({bytes, size});
  const auto authority = terms::ReadAuthority(agreement, "agency", 0, value);
  if (!authority) return 0;
  if (authority->kind.empty()) std::abort();
  const bool is_signed = authority->standing == terms::AuthorityFact::Standing::kSigned;
  if (is_signed != value.starts_with("cHJvdmlzby5hdXRob3JpdHkvdjEK")) std::abort();
  if (is_signed && !terms::AuthorityText({*authority, "agency"})) std::abort();
  return 0;
}
