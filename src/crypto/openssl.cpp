// Owners and error text for OpenSSL.
#include "crypto/openssl.hpp"

#include <openssl/err.h>

#include <fmt/format.h>
#include <stdexcept>

namespace vistter::crypto {

void must(bool good, const char* what) {
    if (good) return;
    forget_errors();
    throw std::runtime_error(fmt::format("OpenSSL failed: {}", what));
}

OwnedBio reader(std::string_view text) {
    OwnedBio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    must(bio != nullptr, "memory BIO");
    return bio;
}

OwnedBio writer() {
    OwnedBio bio(BIO_new(BIO_s_mem()));
    must(bio != nullptr, "memory BIO");
    return bio;
}

std::string written(BIO* bio) {
    char* data = nullptr;
    long size = BIO_get_mem_data(bio, &data);
    return std::string(data, static_cast<std::size_t>(size));
}

void put_common_name(X509_NAME* name, std::string_view text) {
    must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(text.data()),
                                    static_cast<int>(text.size()), -1, 0),
         "set a common name");
}

void forget_errors() {
    ERR_clear_error();
}

Error crypto_error(ErrorCode code, std::string_view message) {
    unsigned long first = ERR_get_error();
    const char* reason = first == 0 ? nullptr : ERR_reason_error_string(first);
    forget_errors();
    std::string text(message);
    if (reason != nullptr) text += fmt::format(" ({})", reason);
    return Error{code, std::move(text), {}};
}

}  // namespace vistter::crypto
