// Sealing and opening: agree, derive, wrap, encrypt; any step that fails says the same.
#include "crypto/sealed.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "crypto/concat_kdf.hpp"
#include "crypto/digest.hpp"
#include "crypto/jose_object.hpp"
#include "crypto/jwk.hpp"
#include "crypto/openssl.hpp"
#include "crypto/p256.hpp"

namespace vistter::crypto {
namespace {

using OwnedCipher = Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using OwnedAgreement = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

constexpr std::string_view algorithm = "ECDH-ES+A256KW";
constexpr std::size_t header_limit = 1024, kid_limit = 128;
constexpr std::size_t key_size = 32, wrapped_size = 40, iv_size = 12, tag_size = 16;

Error bad_seal() {
    forget_errors();
    return fail(ErrorCode::SEC_BAD_SEAL, "the sealed secret cannot be opened");
}

void append_number(Bytes& to, std::uint32_t number) {
    for (int shift = 24; shift >= 0; shift -= 8)
        to.push_back(static_cast<std::uint8_t>(number >> shift));
}

void append_counted(Bytes& to, std::string_view text) {
    append_number(to, static_cast<std::uint32_t>(text.size()));
    to.insert(to.end(), text.begin(), text.end());
}

// The x coordinate of the shared point; nothing when the library refuses the peer's.
std::optional<Bytes> agree(const PrivateKey& mine, const PublicKey& theirs) {
    const OwnedAgreement agreement(EVP_PKEY_CTX_new(mine.native(), nullptr));
    must(agreement != nullptr, "key agreement");
    Bytes secret(key_size);
    std::size_t size = secret.size();
    if (EVP_PKEY_derive_init(agreement.get()) != 1 ||
        EVP_PKEY_derive_set_peer(agreement.get(), theirs.native()) != 1 ||
        EVP_PKEY_derive(agreement.get(), secret.data(), &size) != 1 || size != key_size) {
        return std::nullopt;
    }
    return secret;
}

std::optional<Bytes> run_key_wrap(ByteView key, ByteView input, bool wrapping) {
    const OwnedCipher cipher(EVP_CIPHER_CTX_new());
    must(cipher != nullptr, "key wrap");
    EVP_CIPHER_CTX_set_flags(cipher.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    must(EVP_CipherInit_ex(cipher.get(), EVP_aes_256_wrap(), nullptr, key.data(), nullptr,
                           wrapping ? 1 : 0),
         "key wrap");
    Bytes output(input.size() + tag_size);
    int size = 0, rest = 0;
    if (EVP_CipherUpdate(cipher.get(), output.data(), &size, input.data(),
                         static_cast<int>(input.size())) != 1 ||
        EVP_CipherFinal_ex(cipher.get(), output.data() + size, &rest) != 1) {
        return std::nullopt;
    }
    output.resize(static_cast<std::size_t>(size + rest));
    return output;
}

struct Content {
    Bytes iv, text, tag;
};

Content encrypt(ByteView key, std::string_view header, std::string_view secret, Random& random) {
    Content content{Bytes(iv_size), Bytes(secret.size()), Bytes(tag_size)};
    random.fill(content.iv);
    const OwnedCipher cipher(EVP_CIPHER_CTX_new());
    int size = 0;
    must(cipher && EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(),
                                      content.iv.data()) == 1,
         "encrypt");
    must(EVP_EncryptUpdate(cipher.get(), nullptr, &size, as_bytes(header).data(),
                           static_cast<int>(header.size())),
         "encrypt");
    if (!secret.empty())
        must(EVP_EncryptUpdate(cipher.get(), content.text.data(), &size, as_bytes(secret).data(),
                               static_cast<int>(secret.size())),
             "encrypt");
    must(EVP_EncryptFinal_ex(cipher.get(), content.tag.data(), &size), "encrypt");
    must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_GET_TAG, tag_size, content.tag.data()),
         "encrypt");
    return content;
}

std::optional<std::string> decrypt(ByteView key, std::string_view header, Content content) {
    std::string secret(content.text.size(), '\0');
    auto* out = reinterpret_cast<unsigned char*>(secret.data());
    const OwnedCipher cipher(EVP_CIPHER_CTX_new());
    int size = 0;
    must(cipher && EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, key.data(),
                                      content.iv.data()) == 1,
         "decrypt");
    must(EVP_DecryptUpdate(cipher.get(), nullptr, &size, as_bytes(header).data(),
                           static_cast<int>(header.size())),
         "decrypt");
    if (!content.text.empty())
        must(EVP_DecryptUpdate(cipher.get(), out, &size, content.text.data(),
                               static_cast<int>(content.text.size())),
             "decrypt");
    must(EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_AEAD_SET_TAG, tag_size, content.tag.data()),
         "decrypt");
    unsigned char spare[tag_size];
    if (EVP_DecryptFinal_ex(cipher.get(), spare, &size) != 1) return std::nullopt;
    return secret;
}

struct Header {
    std::string kid, x, y;
};

std::optional<Header> read_header(std::string_view encoded) {
    if (encoded.size() > header_limit) return std::nullopt;
    const auto bytes = from_base64url(encoded);
    if (!bytes) return std::nullopt;
    const auto members = read_jose_object(as_text(*bytes));
    // alg, enc, kid, epk itself, and the four members of epk
    if (!members || members->size() != 8) return std::nullopt;
    const auto text = [&](const char* name) {
        const auto found = members->find(name);
        const auto* value =
            found == members->end() ? nullptr : std::get_if<std::string>(&found->second);
        return value == nullptr ? std::string() : *value;
    };
    if (text("alg") != algorithm || text("enc") != "A256GCM" || text("epk.kty") != "EC" ||
        text("epk.crv") != "P-256" || text("kid").empty() || text("kid").size() > kid_limit) {
        return std::nullopt;
    }
    return Header{text("kid"), text("epk.x"), text("epk.y")};
}

// header, wrapped key, iv, text, tag
std::optional<std::array<std::string_view, 5>> split(std::string_view compact) {
    if (compact.size() > sealed_limit || std::ranges::count(compact, '.') != 4) return std::nullopt;
    std::array<std::string_view, 5> parts;
    for (std::string_view& part : parts) {
        part = compact.substr(0, compact.find('.'));
        compact.remove_prefix(std::min(compact.size(), part.size() + 1));
    }
    return parts;
}

}  // namespace

Bytes concat_kdf(ByteView shared_secret, std::string_view algorithm_id, std::string_view party_u,
                 std::string_view party_v, std::uint32_t bits) {
    Bytes input;
    append_number(input, 1);  // the round
    input.insert(input.end(), shared_secret.begin(), shared_secret.end());
    append_counted(input, algorithm_id);
    append_counted(input, party_u);
    append_counted(input, party_v);
    append_number(input, bits);
    const Digest digest = sha256(input);
    return {digest.begin(), digest.begin() + bits / 8};
}

std::string seal(const PublicKey& to, std::string_view kid, std::string_view secret,
                 Random& random) {
    if (kid.empty() || kid.size() > kid_limit)
        throw std::invalid_argument("a key id that no reader would take");
    const PrivateKey ephemeral = PrivateKey::generate();
    const JwkPoint point = point_of(ephemeral.public_key());
    const std::string json = fmt::format(
        R"({{"alg":"{}","enc":"A256GCM","epk":{{"kty":"EC","crv":"P-256","x":"{}","y":"{}"}},"kid":{}}})",
        algorithm, point.x, point.y, jose_string(kid));
    const std::string header = to_base64url(as_bytes(json));
    const auto shared = agree(ephemeral, to);
    must(shared.has_value(), "agree with a sealing key");
    Bytes key(key_size);
    random.fill(key);
    const auto wrapped = run_key_wrap(concat_kdf(*shared, algorithm, {}, {}, 256), key, true);
    must(wrapped.has_value(), "wrap a key");
    const Content content = encrypt(key, header, secret, random);
    return fmt::format("{}.{}.{}.{}.{}", header, to_base64url(*wrapped), to_base64url(content.iv),
                       to_base64url(content.text), to_base64url(content.tag));
}

Result<std::string> sealed_kid(std::string_view compact) {
    const auto parts = split(compact);
    const auto header = parts ? read_header((*parts)[0]) : std::nullopt;
    if (!header) return bad_seal();
    return header->kid;
}

Result<std::string> unseal(const PrivateKey& key, std::string_view kid, std::string_view compact) {
    const auto parts = split(compact);
    const auto header = parts ? read_header((*parts)[0]) : std::nullopt;
    if (!header || header->kid != kid) return bad_seal();
    const auto wrapped = from_base64url((*parts)[1]), iv = from_base64url((*parts)[2]),
               text = from_base64url((*parts)[3]), tag = from_base64url((*parts)[4]);
    if (!wrapped || !iv || !text || !tag || wrapped->size() != wrapped_size ||
        iv->size() != iv_size || tag->size() != tag_size) {
        return bad_seal();
    }
    const auto ephemeral = key_of_point(header->x, header->y);
    if (!ephemeral) return bad_seal();
    const auto shared = agree(key, *ephemeral);
    if (!shared) return bad_seal();
    const auto content_key =
        run_key_wrap(concat_kdf(*shared, algorithm, {}, {}, 256), *wrapped, false);
    if (!content_key || content_key->size() != key_size) return bad_seal();
    auto secret = decrypt(*content_key, (*parts)[0], {*iv, *text, *tag});
    if (!secret) return bad_seal();
    return *std::move(secret);
}

}  // namespace vistter::crypto
