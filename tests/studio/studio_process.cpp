// Starting Studio and talking to it.
#include "studio/studio_process.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "crypto/certificate.hpp"
#include "crypto/pairing_token.hpp"

namespace vistter::studio {

std::string Reply::code() const {
    return member("code");
}

std::string Reply::member(std::string_view name) const {
    if (!body.is_object()) return {};
    const json::value* found = body.as_object().if_contains(name);
    return found && found->is_string() ? std::string(found->as_string()) : std::string();
}

std::vector<std::string> Reply::pointers() const {
    std::vector<std::string> all;
    if (!body.is_object() || !body.as_object().contains("errors")) return all;
    for (const json::value& error : body.at("errors").as_array()) {
        all.emplace_back(error.at("pointer").as_string());
    }
    return all;
}

Client::Client(std::string url, const std::string& root_pem, net::TlsIdentity identity)
    : url_(std::move(url)) {
    const auto pin = crypto::Certificate::from_pem(root_pem).value().public_key().spki_sha256();
    tls_.pins.emplace_back(pin.begin(), pin.end());
    tls_.root_pem = root_pem;
    tls_.identity = std::move(identity);
}

Reply Client::request(const std::string& method, const std::string& path, const std::string& body,
                      const net::Headers& more) const {
    net::FetchOptions options;
    options.method = method;
    options.url = url_ + path;
    options.headers = headers;
    for (const auto& [name, value] : more) options.headers[name] = value;
    options.body = body;
    options.tls = tls_;
    options.deadline_ms = 30'000;
    options.max_bytes = 32U << 20U;
    const auto fetched = net::fetch(options);
    if (!fetched)
        return {.status = 0, .headers = {}, .text = describe(fetched.error()), .body = nullptr};
    Reply reply{fetched->status, fetched->headers, fetched->body, nullptr};
    boost::system::error_code failed;
    json::value value = json::parse(fetched->body, failed);
    if (!failed) reply.body = std::move(value);
    return reply;
}

Reply Client::send(const std::string& method, const std::string& path, const json::value& body,
                   const net::Headers& more) const {
    net::Headers all = more;
    all.emplace("content-type", "application/json");
    return request(method, path, json::serialize(body), all);
}

std::string program_path(const std::string& name) {
    return std::string(VISTTER_BIN_DIR) + "/" + name;
}

StudioProcess::StudioProcess(const std::filesystem::path& state_folder,
                             std::vector<std::string> more_arguments)
    : state(state_folder) {
    sim::ChildSettings settings;
    settings.argv = {program_path("vistter-studio"),
                     "--state",
                     state.string(),
                     "--listen",
                     "127.0.0.1:0"};
    if (std::find(more_arguments.begin(), more_arguments.end(), "--channel") ==
        more_arguments.end())
        settings.argv.insert(settings.argv.end(), {"--channel", "127.0.0.1:0"});
    for (std::string& argument : more_arguments) settings.argv.push_back(std::move(argument));
    settings.log_file = state.string() + ".log";
    auto started = sim::ChildProcess::start(settings);
    if (!started) throw std::runtime_error(describe(started.error()));
    process = std::move(*started);
    const auto line = process.read_line(30'000);
    if (!line)
        throw std::runtime_error("vistter-studio did not get ready: " + describe(line.error()));
    const json::value ready = json::parse(*line);
    url = std::string(ready.at("url").as_string());
    channel_url = "https" + std::string(ready.at("channel_url").as_string()).substr(3);
    channel_url.resize(channel_url.find("/v1/"));
    root_pem = read_file(std::string(ready.at("root_pem_file").as_string()), 65'536).value();
}

Client StudioProcess::signed_in() {
    Client visitor = client();
    if (auto code = read_file(state / "setup-code", 64)) {
        code->pop_back();
        const Reply made = visitor.post(
            "/v1/setup", {{"code", *code}, {"username", user_name}, {"password", user_password}});
        EXPECT_EQ(made.status, 201) << made.text;
    }
    const Reply session =
        visitor.post("/v1/auth/session", {{"username", user_name}, {"password", user_password}});
    EXPECT_EQ(session.status, 200) << session.text;
    visitor.headers["authorization"] = "Bearer " + session.member("token");
    return visitor;
}

json::object PairingDevice::request(const std::string& token) const {
    const auto parsed = crypto::parse_pairing_token(token).value();
    return {
        {"token_secret", to_hex(parsed.secret)},
        {"serial", serial},
        {"hardware", {{"model", "Test bench"}, {"arch", "amd64"}}},
        {"csr_tls", crypto::make_csr(tls, serial)},
        {"csr_sign", crypto::make_csr(signing, serial)},
        {"protocol", json::array{json::object{{"major", 1}, {"min_minor", 0}, {"max_minor", 0}}}},
        {"ocl", {{"versions", json::array{"1.0"}}}},
        {"segment", {{"versions", json::array{"1.0"}}}}};
}

net::TlsIdentity PairingDevice::identity(const Reply& paired) const {
    return {paired.member("client_certificate"), tls.to_pem()};
}

}  // namespace vistter::studio
