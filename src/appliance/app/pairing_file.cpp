// Only an unreachable Studio is worth another try; a refused token needs a person.
#include "appliance/app/pairing_file.hpp"

#include "appliance/webapi/pair_codec.hpp"
#include "base/file.hpp"
#include "base/log.hpp"

namespace vistter::appliance {
namespace {

constexpr std::uint64_t file_limit = 64 * 1024;

}  // namespace

PairingFile::PairingFile(async::Loop& loop, Random& random, Pairing& pairing,
                         std::filesystem::path file)
    : loop_(loop), random_(random), pairing_(pairing), file_(std::move(file)) {}

void PairingFile::start() {
    std::error_code failed;
    if (!file_.empty() && std::filesystem::exists(file_, failed)) attempt();
}

void PairingFile::attempt() {
    const auto text = read_file(file_, file_limit);
    const auto request =
        text ? read_pair_request(*text, pairing_.serial()) : Result<PairRequest>(text.error());
    if (!request)
        return log::error("Pairing file {}: {}", file_.string(), describe(request.error()));
    shared_ = request->shared;
    pairing_.pair(request->token, request->studio_url,
                  [this](const Result<PairedAs>& paired) { answered(paired); });
}

void PairingFile::answered(const Result<PairedAs>& paired) {
    if (paired) {
        std::error_code failed;
        if (!shared_) std::filesystem::remove(file_, failed);
        return;
    }
    const ErrorCode code = paired.error().code;
    if (code != ErrorCode::AST_FETCH && code != ErrorCode::SYS_TIMEOUT &&
        code != ErrorCode::SYS_BUSY)
        return log::error("Pairing from {} failed: {}", file_.string(), describe(paired.error()));
    const std::int64_t wait_ms = backoff_.next_ms(random_);
    log::warning("Pairing from {} will be tried again: {}", file_.string(),
                 describe(paired.error()));
    waiting_ = loop_.after(wait_ms, [this] { attempt(); });
}

}  // namespace vistter::appliance
