// Assets come through the proxy the site gave, from the paired Studio and from nobody else (G1.2).
#include <gtest/gtest.h>

#include "appliance/adapters/download/downloads.hpp"
#include "appliance/credential_bench.hpp"
#include "crypto/digest.hpp"
#include "kit/proxy.hpp"
#include "net/server.hpp"

namespace vistter::appliance::test {
namespace {

class DownloadProxyTest : public ::testing::Test {
  protected:
    DownloadProxyTest() {
        const auto key = crypto::PrivateKey::generate();
        const auto leaf = crypto::issue_server(
            bench.root_key, bench.root, key.public_key(), {"127.0.0.1"},
            {{bench.now.ms - day_ms}, {bench.now.ms + 90 * day_ms}}, bench.random);
        net::ServerOptions options;
        options.tls = net::ServerTls{{leaf.to_pem() + bench.root.to_pem(), key.to_pem()}, {}};
        server = net::listen(loop, options, [this](const net::Request&, auto responder) {
                     responder->respond({200, {}, content});
                 }).value();
    }
    // How fetching the asset ends, by the way of `proxy`: "cached", or the error.
    std::string fetch(const net::Proxy& proxy) {
        AssetSource source{"127.0.0.1", server->port(), {}, proxy};
        const auto pin = bench.root.public_key().spki_sha256();
        source.tls.pins.emplace_back(pin.begin(), pin.end());
        const AddressPolicy policy(true, {});
        std::string outcome;
        auto workers = std::make_unique<async::WorkerPool>(1, 4);
        const auto downloads = make_downloads(loop, *workers, bench.random, policy,
                                              bench.folder.path().string(), [&] { return source; });
        contract::AssetEntry asset;
        asset.asset_id = "ast_1";
        asset.sha256 = crypto::sha256_hex(content);
        asset.size_bytes = static_cast<std::int64_t>(content.size());
        asset.uri = "https://127.0.0.1:" + std::to_string(server->port()) + "/a";
        downloads->fetch(
            "cmd", {asset},
            {[](std::int64_t) {}, [&](const contract::AssetEntry&) { outcome = "cached"; },
             [&](const contract::AssetEntry&, const Error& error) { outcome = describe(error); },
             [&] { loop.stop(); }});
        loop.run();
        workers.reset();  // before the downloads
        return outcome;
    }

    CredentialBench bench{machine_clock().wall()};
    async::Loop loop;
    std::string content = std::string(100'000, 'v');
    std::unique_ptr<net::Server> server;
};

TEST_F(DownloadProxyTest, AnAssetComesThroughTheProxy) {
    kit::HttpProxy proxy("box", "s3cret");
    EXPECT_EQ(fetch(proxy.address("box", "s3cret")), "cached");
    EXPECT_EQ(proxy.next_tunnel(), "127.0.0.1:" + std::to_string(server->port()));
    std::filesystem::remove(bench.folder.path() / crypto::sha256_hex(content));
    EXPECT_TRUE(fetch(proxy.address("box", "guess")).starts_with("SEC_UNAUTHORISED: proxy: "));
    EXPECT_EQ(fetch({}), "cached") << "straight where there is none";
}

}  // namespace
}  // namespace vistter::appliance::test
