// The typed code on a real database, real keys and the real proof, with a clock in the test's hand:
// once, five tries, fifteen minutes, one connection, and nothing to learn for whoever asks (G1.4).
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <map>

#include "base/bytes.hpp"
#include "crypto/certificate.hpp"
#include "crypto/pairing_code.hpp"
#include "crypto/pairing_token.hpp"
#include "crypto/srp.hpp"
#include "kit/temporary_folder.hpp"
#include "studio/adapters/authority/authority.hpp"
#include "studio/adapters/pairing/code_attempts.hpp"
#include "studio/adapters/pairing/code_store.hpp"
#include "studio/adapters/records/records.hpp"
#include "studio/adapters/registry/registry.hpp"
#include "studio/adapters/schema/schema.hpp"
#include "studio/core/pairing.hpp"

namespace vistter::studio {
namespace {

// An appliance's end of one attempt over one connection.
struct Typed {
    Bytes connection;
    std::string serial, code;
    crypto::SrpKeys keys;
    CodeProof proof;
};

class PairingCodeTest : public testing::Test {
  protected:
    kit::TemporaryFolder folder;
    ManualClock clock{WallTime{1'800'000'000'000}};
    SeededRandom random{20'261'122};
    std::unique_ptr<store::Database> database =
        std::move(store::open_database(folder / "studio.db", schema())).value();
    std::unique_ptr<StudioTrust> trust =
        std::move(open_authority({folder.path(), "test", {"127.0.0.1"}}, clock, random)).value();
    std::unique_ptr<Registry> registry = make_registry(*database, clock);
    std::unique_ptr<Records> records = make_records(*database);
    std::unique_ptr<CodeStore> codes = make_code_store(*database, random);
    std::unique_ptr<CodeAttempts> attempts = make_code_attempts(codes->salt_key(), random);
    PairingDesk desk{{*registry, *trust, *records, *records, clock, random, *codes, *attempts}};
    const Person ann{"usr_a", "test"};
    const std::string csr_tls = crypto::make_csr(crypto::PrivateKey::generate(), "x");
    const std::string csr_sign = crypto::make_csr(crypto::PrivateKey::generate(), "x");

    Bytes connection() {
        Bytes made(32);
        random.fill(made);
        return made;
    }
    PairingRequest request(const std::string& serial) const {
        PairingRequest made;
        made.serial = serial;
        made.csr_tls = csr_tls;
        made.csr_sign = csr_sign;
        return made;
    }
    Typed begin(const std::string& serial, const std::string& typed) {
        Typed attempt{connection(), serial, crypto::parse_pairing_code(typed).value(), {}, {}};
        const CodeOffer offer = desk.begin_code(attempt.connection, serial);
        const auto agreed = crypto::srp_agree(attempt.code, offer.offer,
                                              {serial, offer.salt, attempt.connection}, random)
                                .value();
        attempt.keys = agreed.keys;
        const auto mark = crypto::srp_proof(agreed.keys.request, "the request");
        attempt.proof = {attempt.connection, agreed.answer, Bytes(mark.begin(), mark.end()),
                         "the request"};
        return attempt;
    }
    ErrorCode finish(const Typed& attempt) {
        const auto device = desk.redeem_code(attempt.proof, request(attempt.serial));
        return device ? ErrorCode::DEPRECATED : device.error().code;
    }
    static constexpr auto paired = ErrorCode::DEPRECATED;
    std::string wrong_code() { return crypto::make_pairing_code(random); }
    int tries_left() { return registry->grants("test").front().tries_left; }
};

TEST_F(PairingCodeTest, ACodePairsItsSerialOnceAndProvesTheAnswer) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    EXPECT_EQ(issued.code.size(), 9U) << "eight symbols and a dash";
    const Typed attempt = begin("SN-1", issued.code);
    const auto device = desk.redeem_code(attempt.proof, request("SN-1")).value();
    EXPECT_EQ(device.answer_key, Bytes(attempt.keys.answer.begin(), attempt.keys.answer.end()));
    EXPECT_EQ(tries_left(), 5) << "a right code costs no try";
    EXPECT_EQ(finish(begin("SN-1", issued.code)), ErrorCode::PAIR_USED);
    EXPECT_EQ(desk.redeem({crypto::sha256_hex(issued.text).substr(0, 20), "SN-1", "", "", csr_tls,
                           csr_sign})
                  .error()
                  .code,
              ErrorCode::PAIR_INVALID);
}

TEST_F(PairingCodeTest, EitherFormUsesUpBoth) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    PairingRequest by_token = request("SN-1");
    by_token.secret_hex = to_hex(crypto::parse_pairing_token(issued.text).value().secret);
    ASSERT_TRUE(desk.redeem(by_token));
    EXPECT_EQ(finish(begin("SN-1", issued.code)), ErrorCode::PAIR_USED);
}

// A thousand boxes type the same code at once: one wins, every other is told that it is used.
TEST_F(PairingCodeTest, OfAThousandAtOnceExactlyOneWins) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    std::vector<Typed> all;
    for (int n = 0; n < 1'000; ++n) all.push_back(begin("SN-1", issued.code));
    std::map<ErrorCode, int> outcomes;
    for (const Typed& attempt : all) ++outcomes[finish(attempt)];
    EXPECT_EQ(outcomes[paired], 1);
    EXPECT_EQ(outcomes[ErrorCode::PAIR_USED], 999);
    EXPECT_EQ(registry->devices("test").size(), 1U);
}

TEST_F(PairingCodeTest, FiveWrongCodesLockItForGood) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    const Typed early = begin("SN-1", issued.code);
    for (int n = 0; n < 5; ++n) {
        EXPECT_EQ(tries_left(), 5 - n);
        EXPECT_EQ(finish(begin("SN-1", wrong_code())), ErrorCode::PAIR_INVALID);
    }
    EXPECT_EQ(judge_grant(registry->grants("test").front(), clock.wall()), GrantVerdict::closed);
    EXPECT_EQ(finish(begin("SN-1", issued.code)), ErrorCode::PAIR_INVALID);
    EXPECT_EQ(finish(early), ErrorCode::PAIR_INVALID) << "begun before it was locked";
    EXPECT_TRUE(registry->devices("test").empty());
}

// The try is on disk before the proof is looked at: asking again after a crash is another try.
TEST_F(PairingCodeTest, ATryIsCountedBeforeTheProof) {
    class Stops final : public CodeAttempts {
      public:
        explicit Stops(CodeAttempts& real) : real_(real) {}
        MintedCode mint(const std::string& serial) override { return real_.mint(serial); }
        CodeOffer begin(const Bytes& connection, const std::string& serial,
                        const std::optional<KeptCode>& code, SteadyTime now) override {
            return real_.begin(connection, serial, code, now);
        }
        std::unique_ptr<CodeAttempt> take(const Bytes& connection, const std::string& serial,
                                          SteadyTime now) override {
            return std::make_unique<Cut>(real_.take(connection, serial, now));
        }

      private:
        struct Cut final : CodeAttempt {
            explicit Cut(std::unique_ptr<CodeAttempt> real) : real_(std::move(real)) {}
            const KeptCode* code() const override { return real_->code(); }
            std::optional<Bytes> check(ByteView, ByteView, std::string_view) override {
                throw std::runtime_error("power cut");
            }
            std::unique_ptr<CodeAttempt> real_;
        };
        CodeAttempts& real_;
    } stops(*attempts);
    PairingDesk cut{{*registry, *trust, *records, *records, clock, random, *codes, stops}};
    const auto issued = desk.issue("SN-1", 900, ann).value();
    const Typed attempt = begin("SN-1", issued.code);
    EXPECT_THROW(cut.redeem_code(attempt.proof, request("SN-1")), std::runtime_error);
    EXPECT_EQ(tries_left(), 4);
}

TEST_F(PairingCodeTest, AProofIsGoodOnItsConnectionForItsRequestAlone) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    Typed relayed = begin("SN-1", issued.code);
    relayed.proof.connection = begin("SN-1", wrong_code()).connection;  // somebody in between
    EXPECT_EQ(finish(relayed), ErrorCode::PAIR_INVALID);
    Typed changed = begin("SN-1", issued.code);
    changed.proof.message = "another request";  // other keys to be certified
    EXPECT_EQ(finish(changed), ErrorCode::PAIR_INVALID);
    Typed twice = begin("SN-1", wrong_code());
    EXPECT_EQ(finish(twice), ErrorCode::PAIR_INVALID);
    const int left = tries_left();
    EXPECT_EQ(finish(twice), ErrorCode::PAIR_INVALID);
    EXPECT_EQ(tries_left(), left) << "an attempt that was answered is gone";
    EXPECT_EQ(finish(begin("SN-1", issued.code)), paired);
}

TEST_F(PairingCodeTest, ACodeLivesFifteenMinutesHoweverLongItsToken) {
    const auto issued = desk.issue("SN-1", 86'400, ann).value();
    EXPECT_EQ(issued.code_expires_at.ms - clock.wall().ms, 900'000);
    clock.advance_ms(900'000);
    EXPECT_EQ(finish(begin("SN-1", wrong_code())), ErrorCode::PAIR_INVALID);
    EXPECT_EQ(finish(begin("SN-1", issued.code)), ErrorCode::PAIR_EXPIRED);
    PairingRequest by_token = request("SN-1");
    by_token.secret_hex = to_hex(crypto::parse_pairing_token(issued.text).value().secret);
    EXPECT_TRUE(desk.redeem(by_token)) << "the long form lives on";
}

TEST_F(PairingCodeTest, AnAttemptIsForgottenAfterAMinuteAndTheOldestWhenThereAreTooMany) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    const Typed slow = begin("SN-1", issued.code);
    clock.advance_ms(code_attempt_ms + 1);
    EXPECT_EQ(finish(slow), ErrorCode::PAIR_INVALID);
    const Typed oldest = begin("SN-1", issued.code);
    for (std::size_t n = 0; n < most_code_attempts; ++n) desk.begin_code(connection(), "SN-9");
    EXPECT_EQ(finish(oldest), ErrorCode::PAIR_INVALID);
    EXPECT_EQ(tries_left(), 5);
}

TEST_F(PairingCodeTest, TheNewestCodeOfASerialIsTheOnlyOne) {
    const auto first = desk.issue("SN-1", 900, ann).value();
    const auto second = desk.issue("SN-1", 900, ann).value();
    EXPECT_EQ(finish(begin("SN-1", first.code)), ErrorCode::PAIR_INVALID);
    EXPECT_EQ(finish(begin("SN-1", second.code)), paired);
}

TEST_F(PairingCodeTest, AWithdrawnCodeIsNobodys) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    ASSERT_TRUE(desk.withdraw(issued.grant.token_id, ann).ok());
    EXPECT_EQ(finish(begin("SN-1", issued.code)), ErrorCode::PAIR_INVALID);
}

// A serial without a code looks like one that has one: before, while, and after it has.
TEST_F(PairingCodeTest, NobodyLearnsWhichSerialsHaveACode) {
    const auto salt_of = [&](const std::string& serial) {
        const CodeOffer offer = desk.begin_code(connection(), serial);
        EXPECT_EQ(offer.offer.size(), 256U);
        EXPECT_EQ(offer.salt.size(), 16U);
        return offer.salt;
    };
    const Bytes before = salt_of("SN-1"), other = salt_of("SN-2");
    EXPECT_NE(before, other);
    const auto issued = desk.issue("SN-1", 900, ann).value();
    EXPECT_EQ(salt_of("SN-1"), before);
    const auto known = desk.redeem_code(begin("SN-1", wrong_code()).proof, request("SN-1"));
    const auto unknown = desk.redeem_code(begin("SN-2", wrong_code()).proof, request("SN-2"));
    EXPECT_EQ(describe(known.error()), describe(unknown.error()));
    auto again = make_code_attempts(codes->salt_key(), random);  // Studio starts anew
    EXPECT_EQ(again->begin(connection(), "SN-1", std::nullopt, clock.steady()).salt, before);
}

// What this thread has worked so far: other processes' work is not in it.
std::int64_t own_cpu_ns() {
    timespec spent{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
    return spent.tv_sec * 1'000'000'000LL + spent.tv_nsec;
}

// The work for a serial that has a code and for one that has none is the same; the least of many
// interleaved attempts, which is what no disturbance has lengthened.
TEST_F(PairingCodeTest, AnswersTakeTheSameTime) {
    desk.issue("SN-1", 900, ann).value();
    const auto code = codes->find("SN-1");
    std::vector<std::int64_t> known, unknown;
    for (int n = 0; n < 101; ++n) {
        for (auto* times : {&known, &unknown}) {
            const auto kept = times == &known ? code : std::nullopt;
            const Bytes here = connection();
            const std::int64_t from = own_cpu_ns();
            attempts->begin(here, "SN-1", kept, clock.steady());
            const auto attempt = attempts->take(here, "SN-1", clock.steady());
            EXPECT_FALSE(attempt->check(Bytes(256, 1), Bytes(32, 0), "m"));
            times->push_back(own_cpu_ns() - from);
        }
    }
    const auto least = [](const auto& times) {
        return static_cast<double>(*std::min_element(times.begin(), times.end()));
    };
    EXPECT_NEAR(least(known) / least(unknown), 1.0, 0.25);
}

TEST_F(PairingCodeTest, TheCodeItselfIsNowhereInTheDatabase) {
    const auto issued = desk.issue("SN-1", 900, ann).value();
    auto row = database->prepare("SELECT serial, secret_hash, verifier FROM pairing_codes");
    ASSERT_TRUE(row.step());
    const std::string code = crypto::parse_pairing_code(issued.code).value();
    for (int column : {0, 1, 2}) EXPECT_EQ(row.text(column).find(code), std::string::npos);
    EXPECT_FALSE(row.step());
}

// ---- an enrolment file ----

TEST_F(PairingCodeTest, FiftySerialsGetATokenEachAllOrNone) {
    std::vector<std::string> serials;
    for (int n = 0; n < 50; ++n) serials.push_back("BOX-" + std::to_string(100 + n));
    const auto issued = desk.enrol(serials, 86'400, ann).value();
    ASSERT_EQ(issued.size(), 50U);
    for (const IssuedToken& token : issued) {
        EXPECT_TRUE(token.code.empty()) << "a file is not typed";
        PairingRequest by_token = request(token.grant.serial);
        by_token.secret_hex = to_hex(crypto::parse_pairing_token(token.text).value().secret);
        EXPECT_TRUE(desk.redeem(by_token)) << token.grant.serial;
    }
    EXPECT_EQ(registry->devices("test").size(), 50U);
}

TEST_F(PairingCodeTest, OneBadSerialMakesNoTokens) {
    const auto pointer_of = [&](const std::vector<std::string>& serials) {
        const auto refused = desk.enrol(serials, 900, ann);
        return refused ? "accepted" : refused.error().details.at(0).pointer;
    };
    EXPECT_EQ(pointer_of({"BOX-1", "x"}), "/serials/1");
    EXPECT_EQ(pointer_of({"BOX-1", "BOX-2", "BOX-1"}), "/serials/2");
    EXPECT_EQ(pointer_of({}), "/serials");
    EXPECT_EQ(pointer_of(std::vector<std::string>(51, "BOX-1")), "/serials");
    EXPECT_TRUE(registry->grants("test").empty());
}

}  // namespace
}  // namespace vistter::studio
