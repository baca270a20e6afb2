// An overlay with everything it needs in one signed file, .oclpkg (contract C.15): a ZIP of
// manifest.json, ocl.json, assets/<sha256> in that order and, last, signature.jws, a detached JWS
// (RFC 7515 Appendix F) over the manifest's bytes. The signature is judged before any byte of
// anything else is looked at.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "contract/overlay_document.hpp"
#include "contract/package_manifest.hpp"
#include "crypto/keys.hpp"
#include "ocl/package/zip.hpp"

namespace vistter::ocl {

inline constexpr std::string_view package_typ = "vistter-oclpkg+jws";

// The public key of a signer, or nothing: then nobody trusts it.
using TrustedSigner = std::function<std::optional<crypto::PublicKey>(const std::string& kid)>;

struct Package {
    std::string kid;  // who signed it
    contract::PackageManifest manifest;
    std::string ocl;                            // the document's text
    std::map<std::string, std::string> assets;  // by sha256
};

// `ocl` is a document (its bytes go in as they are), `assets` holds the bytes of each asset it
// names, by sha256; others are left out. The same input gives the same bytes but for the signature,
// which ECDSA makes anew. Errors: what is wrong with the document, AST_HASH, RES_NOT_FOUND for an
// asset that is missing, VAL_TOO_BIG.
Result<std::string> make_package(std::string_view ocl,
                                 const std::map<std::string, std::string>& assets,
                                 const crypto::PrivateKey& key, const std::string& kid);
// Everything the manifest promises is there, whole and nothing else; the document is valid and its
// assets are the package's. Errors: OCL_PACKAGE, SEC_UNAUTHORISED (no trusted signature), AST_HASH,
// VAL_TOO_BIG, or what is wrong with the document.
Result<Package> open_package(std::string_view bytes, const TrustedSigner& trusted,
                             const ZipBudget& budget = {});

}  // namespace vistter::ocl
