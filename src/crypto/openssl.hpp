// Inside crypto only: owners for OpenSSL objects, PEM through memory, and the one way a library
// failure becomes ours.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace vistter::crypto {

// Frees an OpenSSL object with the function it belongs to.
template <auto release>
struct Releaser {
    template <class T>
    void operator()(T* object) const {
        release(object);
    }
};
template <class T, auto release>
using Owned = std::unique_ptr<T, Releaser<release>>;

using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedX509 = Owned<X509, X509_free>;

// Throws std::runtime_error naming `what` unless `good`: for calls that fail only when memory or
// the library is broken.
void must(bool good, const char* what);
inline void must(int result, const char* what) {
    must(result == 1, what);
}

// A read-only BIO over `text`, which must outlive it.
OwnedBio reader(std::string_view text);
OwnedBio writer();
std::string written(BIO* bio);

void put_common_name(X509_NAME* name, std::string_view text);

// Empties this thread's OpenSSL error queue, so that a refused input leaves nothing behind for the
// next caller.
void forget_errors();
// `message` with the library's own reason, the queue emptied.
Error crypto_error(ErrorCode code, std::string_view message);

}  // namespace vistter::crypto
