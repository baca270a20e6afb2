// Setting up, signing in, and what keeps guessers and other sites out (rulings 15, G1.3).
#include <gtest/gtest.h>

#include <sys/stat.h>

#include "base/file.hpp"
#include "studio/studio_process.hpp"

namespace vistter::studio {
namespace {

class SignInTest : public testing::Test {
  protected:
    kit::TemporaryFolder folder;
    StudioProcess studio{folder / "studio"};

    std::string setup_code() {
        std::string code = read_file(studio.state / "setup-code", 64).value();
        code.pop_back();
        return code;
    }
    Reply set_up(const std::string& code, const std::string& password) {
        return studio.client().post("/v1/setup",
                                    {{"code", code}, {"username", "ann"}, {"password", password}});
    }
};

unsigned mode_of(const std::filesystem::path& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0U;
}

TEST_F(SignInTest, TheStateFolderAndEverySecretInItArePrivate) {
    EXPECT_EQ(mode_of(studio.state), 0700U);
    for (const char* name : {"root.key", "spare-root.key", "server.key", "signing.key", "url.key",
                             "setup-code", "studio.db"}) {
        EXPECT_EQ(mode_of(studio.state / name), 0600U) << name;
    }
}

TEST_F(SignInTest, TheSetupCodeMakesOneUserAndIsGone) {
    EXPECT_TRUE(studio.client().get("/v1/setup").body.at("required").as_bool());
    EXPECT_EQ(set_up("AAAAA-AAAAA", user_password).status, 403);
    const std::string code = setup_code();
    const Reply made = set_up(code, user_password);
    EXPECT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(made.member("role"), "admin");
    EXPECT_FALSE(std::filesystem::exists(studio.state / "setup-code"));
    EXPECT_FALSE(studio.client().get("/v1/setup").body.at("required").as_bool());
    const Reply again = set_up(code, user_password);
    EXPECT_EQ(again.status, 409) << again.text;
}

TEST_F(SignInTest, ThereIsNoDefaultAndNoShortPassword) {
    EXPECT_EQ(studio.client()
                  .post("/v1/auth/session", {{"username", "admin"}, {"password", "admin"}})
                  .status,
              401);
    const Reply weak = set_up(setup_code(), "elevenchars");
    EXPECT_EQ(weak.status, 422) << weak.text;
    EXPECT_EQ(weak.pointers(), std::vector<std::string>{"/password"});
    EXPECT_EQ(weak.text.find("elevenchars"), std::string::npos)
        << "an answer never repeats a password";
    EXPECT_TRUE(std::filesystem::exists(studio.state / "setup-code"))
        << "the code is not spent on a refusal";
}

TEST_F(SignInTest, GuessesEndInTooManyRequestsWithAWait) {
    studio.signed_in();
    const Client guesser = studio.client();
    Reply last;
    int wrong = 0;
    for (int n = 0; n < 20 && last.status != 429; ++n) {
        last = guesser.post("/v1/auth/session",
                            {{"username", user_name}, {"password", "wrong horse battery"}});
        wrong += last.status == 401 ? 1 : 0;
    }
    EXPECT_EQ(wrong, 10);
    EXPECT_EQ(last.status, 429) << last.text;
    EXPECT_EQ(last.code(), "API_RATE");
    EXPECT_GT(std::stoi(last.headers.at("retry-after")), 0);
    const Reply right =
        guesser.post("/v1/auth/session", {{"username", user_name}, {"password", user_password}});
    EXPECT_EQ(right.status, 429) << "while the door is shut even the right password is not tried";
}

TEST_F(SignInTest, AnUnknownUserAndAWrongPasswordGetTheSameAnswer) {
    studio.signed_in();
    const Client guesser = studio.client();
    const Reply wrong = guesser.post("/v1/auth/session",
                                     {{"username", user_name}, {"password", "not the password"}});
    const Reply unknown =
        guesser.post("/v1/auth/session", {{"username", "bob"}, {"password", "not the password"}});
    EXPECT_EQ(wrong.status, 401);
    EXPECT_EQ(unknown.status, 401);
    EXPECT_EQ(wrong.member("detail"), unknown.member("detail"));
}

class CookieTest : public SignInTest {
  protected:
    void SetUp() override {
        studio.signed_in();
        const Reply session = studio.client().post(
            "/v1/auth/session", {{"username", user_name}, {"password", user_password}});
        const std::string set_cookie = session.headers.at("set-cookie");
        EXPECT_NE(set_cookie.find("HttpOnly"), std::string::npos);
        EXPECT_NE(set_cookie.find("SameSite=Strict"), std::string::npos);
        EXPECT_NE(set_cookie.find("Secure"), std::string::npos);
        browser.headers["cookie"] = set_cookie.substr(0, set_cookie.find(';'));
        csrf = session.member("csrf_token");
    }
    Reply write(const net::Headers& headers) const {
        return browser.post("/v1/pairing-tokens", {{"serial", "SN-1"}}, headers);
    }
    Client browser = studio.client();
    std::string csrf;
};

TEST_F(CookieTest, ReadsNeedTheCookieOnly) {
    const Reply me = browser.get("/v1/me");
    EXPECT_EQ(me.status, 200) << me.text;
    EXPECT_EQ(me.member("username"), user_name);
    EXPECT_EQ(me.member("csrf_token"), csrf);
    EXPECT_EQ(studio.client().get("/v1/me").status, 401);
}

TEST_F(CookieTest, WritesNeedTheCsrfTokenToo) {
    EXPECT_EQ(write({}).status, 403);
    EXPECT_EQ(write({{"x-csrf-token", std::string(64, '0')}}).status, 403);
    EXPECT_EQ(write({{"x-csrf-token", csrf}}).status, 201);
}

TEST_F(CookieTest, WritesFromAnotherSiteAreRefused) {
    EXPECT_EQ(write({{"x-csrf-token", csrf}, {"origin", studio.url}}).status, 201);
    EXPECT_EQ(write({{"x-csrf-token", csrf}, {"origin", "https://evil.example"}}).status, 403);
    EXPECT_EQ(write({{"x-csrf-token", csrf}, {"sec-fetch-site", "cross-site"}}).status, 403);
    EXPECT_EQ(write({{"x-csrf-token", csrf}, {"host", "evil.example"}}).status, 403)
        << "DNS rebinding";
}

TEST_F(CookieTest, SigningOutEndsTheSession) {
    EXPECT_EQ(browser.request("DELETE", "/v1/auth/session", {}, {{"x-csrf-token", csrf}}).status,
              204);
    EXPECT_EQ(browser.get("/v1/me").status, 401);
}

TEST_F(SignInTest, APersonChangesTheirOwnPassword) {
    const Client here = studio.signed_in();
    const Client there = studio.signed_in();
    const auto change = [&](const std::string& current, const std::string& next) {
        return here.send("PUT", "/v1/me/password",
                         {{"current_password", current}, {"new_password", next}});
    };
    const Reply wrong = change("not my password", "another battery");
    EXPECT_EQ(wrong.status, 403) << wrong.text;
    EXPECT_EQ(wrong.pointers(), std::vector<std::string>{"/current_password"});
    EXPECT_EQ(change(user_password, "elevenchars").pointers(),
              std::vector<std::string>{"/new_password"});
    EXPECT_EQ(change(user_password, "another battery").status, 204);
    EXPECT_EQ(here.get("/v1/me").status, 200) << "who changed it stays";
    EXPECT_EQ(there.get("/v1/me").status, 401) << "everybody else signs in again";
    const auto enter = [&](const std::string& password) {
        return studio.client()
            .post("/v1/auth/session", {{"username", "ann"}, {"password", password}})
            .status;
    };
    EXPECT_EQ(enter(user_password), 401);
    EXPECT_EQ(enter("another battery"), 200);
    Reply last;
    for (int guess = 0; guess < 12; ++guess) last = change("not my password", "another battery");
    EXPECT_EQ(last.status, 429) << "a stolen session is no place to guess in";
    EXPECT_GE(std::stoi(last.headers.at("retry-after")), 1);
}

TEST_F(SignInTest, TokensAreKeptAsHashesAndSurviveARestart) {
    const Client ann = studio.signed_in();
    const std::string token = ann.headers.at("authorization").substr(7);
    EXPECT_EQ(studio.stop(), 0);
    for (const auto& entry : std::filesystem::directory_iterator(studio.state)) {
        if (!entry.is_regular_file()) continue;
        const std::string content = read_file(entry.path(), 64U << 20U).value();
        EXPECT_EQ(content.find(token), std::string::npos) << entry.path();
        EXPECT_EQ(content.find(user_password), std::string::npos) << entry.path();
    }
    StudioProcess restarted(studio.state);
    Client again = restarted.client();
    again.headers = ann.headers;
    EXPECT_EQ(again.get("/v1/me").status, 200);
}

}  // namespace
}  // namespace vistter::studio
