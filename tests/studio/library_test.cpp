// Assets by their content, fetched through signed addresses only (rulings 6); timelines judged
// before they are stored.
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/file.hpp"
#include "crypto/digest.hpp"
#include "crypto/signed_url.hpp"
#include "studio/studio_process.hpp"

namespace vistter::studio {
namespace {

std::string png(std::size_t size) {
    std::string bytes("\x89PNG\r\n\x1a\n");
    for (std::size_t n = bytes.size(); n < size; ++n)
        bytes.push_back(static_cast<char>('a' + n % 26));
    return bytes;
}

json::value demo_file(const std::string& name) {
    return json::parse(
        read_file(std::string(VISTTER_SOURCE_DIR) + "/sim/demo/" + name, 1'048'576).value());
}

class LibraryTest : public testing::Test {
  protected:
    kit::TemporaryFolder folder;
    StudioProcess studio{folder / "studio"};
    Client ann = studio.signed_in();
    std::string device_id = pair_one();

    std::string pair_one() const {
        const PairingDevice device{.serial = "SN-1"};
        const Reply issued = ann.post("/v1/pairing-tokens", {{"serial", device.serial}});
        return studio.client()
            .post("/v1/bootstrap/pair", device.request(issued.member("token")))
            .member("device_id");
    }
    Reply upload(const std::string& bytes, const std::string& media_type = "image/png") const {
        return ann.request("POST", "/v1/assets", bytes,
                           {{"content-type", media_type}, {"x-asset-name", "logo.png"}});
    }
    // An address as Studio signs it for an appliance: the key is in the state folder.
    std::string signed_path(const std::string& sha256, std::int64_t lifetime_ms) const {
        const Bytes key = from_hex(read_file(studio.state / "url.key", 64).value()).value();
        const WallTime expires{machine_clock().wall().ms + lifetime_ms};
        return crypto::sign_url_path(key, "/v1/assets/" + sha256 + "/content", device_id, expires);
    }
    // The demo show with the overlays' assets uploaded.
    json::object show() const {
        json::object timeline = demo_file("timeline.json").as_object();
        const std::string logo =
            read_file(std::string(VISTTER_SOURCE_DIR) + "/sim/demo/assets/logo.png", 1'048'576)
                .value();
        const Reply asset = upload(logo);
        json::array overlays;
        for (const char* name : {"overlays/lower_third.json", "overlays/bug.json"}) {
            json::value ocl = demo_file(name);
            if (json::value* assets = ocl.as_object().if_contains("assets")) {
                for (auto& member : assets->as_object()) {
                    json::object& named = member.value().as_object();
                    named["asset_id"] = asset.member("asset_id");
                    named["sha256"] = asset.member("sha256");
                    named["size_bytes"] = logo.size();
                }
            }
            overlays.push_back(json::object{{"overlay_id", ocl.at("overlay_id")}, {"ocl", ocl}});
        }
        timeline["overlays"] = std::move(overlays);
        timeline["assets"] = json::array{asset.member("asset_id")};
        return timeline;
    }
};

TEST_F(LibraryTest, TheSameBytesAreTheSameAsset) {
    const std::string bytes = png(5'000);
    const Reply first = upload(bytes);
    ASSERT_EQ(first.status, 201) << first.text;
    EXPECT_EQ(first.member("sha256"), crypto::sha256_hex(bytes));
    EXPECT_EQ(first.body.at("size_bytes").as_int64(), 5'000);
    EXPECT_EQ(upload(bytes).member("asset_id"), first.member("asset_id"));
    EXPECT_EQ(ann.get("/v1/assets").body.at("items").as_array().size(), 1U);
    EXPECT_EQ(read_file(studio.state / "assets" / first.member("sha256"), 10'000).value(), bytes);
}

TEST_F(LibraryTest, OnlyWhatItSaysItIsAndOnlySoMuch) {
    EXPECT_EQ(upload("<html>", "text/html").status, 415);
    EXPECT_EQ(upload("not a picture").code(), "AST_TYPE");
    EXPECT_EQ(upload(png((8U << 20U) + 1)).status, 413);
    EXPECT_EQ(upload(png(8U << 20U)).status, 201);
    EXPECT_EQ(studio.client()
                  .request("POST", "/v1/assets", png(100), {{"content-type", "image/png"}})
                  .status,
              401);
}

TEST_F(LibraryTest, AnAddressWorksAsSignedAndNotOtherwise) {
    const std::string bytes = png(5'000);
    const std::string sha256 = upload(bytes).member("sha256");
    const std::string other = upload(png(6'000)).member("sha256");
    const Client appliance = studio.client();
    const std::string path = signed_path(sha256, 60'000);
    const Reply whole = appliance.get(path);
    EXPECT_EQ(whole.status, 200);
    EXPECT_EQ(whole.text, bytes);
    EXPECT_EQ(whole.headers.at("content-type"), "image/png");
    EXPECT_EQ(whole.headers.at("content-disposition"), "attachment");

    EXPECT_EQ(appliance.get(signed_path(sha256, -1)).status, 410);
    EXPECT_EQ(appliance.get("/v1/assets/" + sha256 + "/content").status, 401);
    std::string elsewhere = path;
    elsewhere.replace(elsewhere.find(sha256), sha256.size(), other);
    EXPECT_EQ(appliance.get(elsewhere).status, 403) << "a signature is for one asset";
    std::string renamed = path;
    renamed.replace(renamed.find(device_id), device_id.size(), "dev_01ARZ3NDEKTSV4RRFFQ69G5FAV");
    EXPECT_EQ(appliance.get(renamed).status, 403) << "and for one appliance";
    std::string prolonged = path;
    const auto expiry = prolonged.find("e=") + 2;
    prolonged[expiry] = '9';
    EXPECT_EQ(appliance.get(prolonged).status, 403) << "and for one time";
    EXPECT_EQ(appliance.get(signed_path(std::string(64, '0'), 60'000)).status, 404);
}

TEST_F(LibraryTest, DownloadsResumeByRange) {
    const std::string bytes = png(5'000);
    const std::string path = signed_path(upload(bytes).member("sha256"), 60'000);
    const Client appliance = studio.client();
    const Reply part = appliance.get(path, {{"range", "bytes=4000-"}});
    EXPECT_EQ(part.status, 206);
    EXPECT_EQ(part.text, bytes.substr(4'000));
    EXPECT_EQ(part.headers.at("content-range"), "bytes 4000-4999/5000");
    EXPECT_EQ(appliance.get(path, {{"range", "bytes=5000-"}}).status, 416);
    const Reply head = appliance.request("HEAD", path);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.at("content-length"), "5000");
    EXPECT_TRUE(head.text.empty());
}

TEST_F(LibraryTest, ATimelineGrowsARevisionWithEachChange) {
    const json::object timeline = show();
    const Reply made = ann.send("PUT", "/v1/timelines/tml_harbour", timeline);
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(made.body.at("revision").as_int64(), 1);
    const Reply read = ann.get("/v1/timelines/tml_harbour");
    EXPECT_EQ(read.body.at("segments"), timeline.at("segments"));
    EXPECT_EQ(read.body.at("overlays"), timeline.at("overlays"));
    // What was read may be written back, once.
    const net::Headers seen{{"if-match", read.headers.at("etag")}};
    const Reply changed = ann.send("PUT", "/v1/timelines/tml_harbour", read.body, seen);
    EXPECT_EQ(changed.status, 200) << changed.text;
    EXPECT_EQ(changed.body.at("revision").as_int64(), 2);
    EXPECT_EQ(ann.send("PUT", "/v1/timelines/tml_harbour", read.body, seen).status, 412);
    EXPECT_EQ(ann.send("PUT", "/v1/timelines/tml_harbour", read.body).status, 428)
        << "nobody's change is lost unseen";
    EXPECT_EQ(ann.get("/v1/timelines").body.at("items").at(0).at("revision").as_int64(), 2);
}

TEST_F(LibraryTest, ATimelineWithFaultsIsRefusedWithTheirPlaces) {
    json::object timeline = show();
    timeline["assets"] = json::array{"ast_00000000000000000000000000000000"};
    const Reply unknown = ann.send("PUT", "/v1/timelines/tml_harbour", timeline);
    EXPECT_EQ(unknown.status, 422);
    EXPECT_EQ(unknown.code(), "VAL_REFERENCE");
    EXPECT_EQ(unknown.pointers(), std::vector<std::string>{"/assets/0"});
    timeline = show();
    timeline.at("segments").at(0).as_object()["duration_ms"] = "long";
    timeline.at("segments").at(0).as_object().erase("segment_id");
    const Reply broken = ann.send("PUT", "/v1/timelines/tml_harbour", timeline);
    EXPECT_EQ(broken.status, 422);
    const auto places = broken.pointers();
    EXPECT_GE(places.size(), 2U) << broken.text;
    for (const std::string& place : places) EXPECT_TRUE(place.starts_with("/segments/0")) << place;
    EXPECT_EQ(ann.get("/v1/timelines/tml_harbour").status, 404) << "a refusal stores nothing";
    EXPECT_EQ(ann.send("PUT", "/v1/timelines/harbour", show()).status, 422) << "not a timeline_id";
}

}  // namespace
}  // namespace vistter::studio
