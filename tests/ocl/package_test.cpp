// Packages: made, opened, and refused in every way one can be wrong (contract C.15, acceptance
// G2.22).
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "contract/write_overlay.hpp"
#include "crypto/digest.hpp"
#include "crypto/jws.hpp"
#include "ocl/package/package.hpp"
#include "ocl/zip_kit.hpp"

namespace vistter::ocl {
namespace {

using test::raw_zip;
using test::RawEntry;

const crypto::PrivateKey& signer() {
    static const crypto::PrivateKey key = crypto::PrivateKey::generate();
    return key;
}

std::optional<crypto::PublicKey> trusted(const std::string& kid) {
    if (kid == "studio") return signer().public_key();
    return std::nullopt;
}

const std::string logo(2'000, 'L'), font = "a font's bytes";

std::string document(const std::string& extra = "") {
    return R"({"ocl_version":"1.0","min_reader":"1.0","kind":"ocl.document","overlay_id":"ovl_p",)"
           R"("revision":3,"canvas":{"width":1920,"height":1080},"assets":{"logo":{"asset_id":)"
           R"("ast_logo","sha256":")" +
           crypto::sha256_hex(logo) + R"(","media_type":"image/png","width":8,"height":8,)" +
           R"("size_bytes":2000},"type":{"asset_id":"ast_type","sha256":")" +
           crypto::sha256_hex(font) + R"(","media_type":"font/ttf"})" + extra +
           R"(},"scenes":[{"scene_id":"one","layers":[]}]})";
}

std::map<std::string, std::string> assets() {
    return {{crypto::sha256_hex(logo), logo}, {crypto::sha256_hex(font), font}};
}

std::string good_package() {
    auto made = make_package(document(), assets(), signer(), "studio");
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : describe(made.error()));
    return made.ok() ? *made : std::string();
}

TEST(Package, what_goes_in_comes_out) {
    const auto opened = open_package(good_package(), trusted);
    ASSERT_TRUE(opened.ok()) << describe(opened.error());
    EXPECT_EQ(opened->kid, "studio");
    EXPECT_EQ(opened->ocl, document());
    EXPECT_EQ(opened->assets, assets());
    EXPECT_EQ(opened->manifest.overlay_id, "ovl_p");
    ASSERT_EQ(opened->manifest.entries.size(), 3u);
    EXPECT_EQ(opened->manifest.entries[0].path, "ocl.json");
}

// All but the signature, which ECDSA makes anew.
TEST(Package, the_same_input_gives_the_same_bytes) {
    const std::string first = good_package(), second = good_package();
    ASSERT_EQ(first.size(), second.size());
    const std::size_t signature = first.find("signature.jws");
    EXPECT_EQ(first.substr(0, signature - 30), second.substr(0, signature - 30));
}

TEST(Package, makers_faults_are_told) {
    EXPECT_EQ(make_package("{}", {}, signer(), "studio").error().code, ErrorCode::VAL_SCHEMA);
    EXPECT_EQ(make_package(document(), {}, signer(), "studio").error().code,
              ErrorCode::RES_NOT_FOUND);
    auto other = assets();
    other.begin()->second += "x";
    EXPECT_EQ(make_package(document(), other, signer(), "studio").error().code,
              ErrorCode::AST_HASH);
}

// The entries of a good package, to be changed before they are zipped again.
std::vector<RawEntry> good_entries() {
    std::vector<RawEntry> entries;
    const std::string whole = good_package();
    const auto parts = read_zip(whole, {});
    for (const ZipEntry& part : *parts) entries.push_back(RawEntry(part.name, *entry_bytes(part)));
    return entries;
}

std::string detached_over(const std::string& manifest, const crypto::PrivateKey& key,
                          const std::string& kid, std::string_view typ = package_typ) {
    const std::string jws = crypto::sign_jws(key, kid, typ, manifest);
    return jws.substr(0, jws.find('.') + 1) + jws.substr(jws.rfind('.'));
}

// Changes the manifest and signs it well: what a careless signer would let through.
std::vector<RawEntry> with_manifest(const std::function<void(contract::PackageManifest&)>& change) {
    std::vector<RawEntry> entries = good_entries();
    auto manifest = contract::parse_manifest(entries[0].bytes);
    change(*manifest);
    entries[0].bytes = contract::write_manifest(*manifest);
    entries.back().bytes = detached_over(entries[0].bytes, signer(), "studio");
    return entries;
}

void expect_refused(const std::string& name, const std::string& bytes,
                    std::initializer_list<ErrorCode> codes) {
    const auto opened = open_package(bytes, trusted);
    ASSERT_FALSE(opened.ok()) << name;
    EXPECT_NE(std::find(codes.begin(), codes.end(), opened.error().code), codes.end())
        << name << ": " << describe(opened.error());
}

TEST(Package, signatures_nobody_trusts_are_refused) {
    const auto changed = [](const std::function<std::string(const std::string& manifest)>& make) {
        std::vector<RawEntry> entries = good_entries();
        entries.back().bytes = make(entries[0].bytes);
        return raw_zip(entries);
    };
    const crypto::PrivateKey other = crypto::PrivateKey::generate();
    const auto no = {ErrorCode::SEC_UNAUTHORISED, ErrorCode::OCL_PACKAGE};
    expect_refused("unknown key id",
                   changed([](auto& m) { return detached_over(m, signer(), "stranger"); }), no);
    expect_refused("another key under a known id",
                   changed([&](auto& m) { return detached_over(m, other, "studio"); }), no);
    expect_refused("signed as a message", changed([](auto& m) {
                       return detached_over(m, signer(), "studio", crypto::message_typ);
                   }),
                   no);
    expect_refused("over another manifest",
                   changed([](auto& m) { return detached_over(m + " ", signer(), "studio"); }), no);
    expect_refused(
        "not detached",
        changed([](auto& m) { return crypto::sign_jws(signer(), "studio", package_typ, m); }), no);
    expect_refused("empty signature", changed([](auto&) { return std::string("x"); }), no);
    expect_refused("unsigned", changed([](auto& m) {
                       const std::string good = detached_over(m, signer(), "studio");
                       return good.substr(0, good.find("..") + 2);
                   }),
                   no);
    expect_refused("algorithm none", changed([](auto&) {
                       return to_base64url(as_bytes(
                                  R"({"alg":"none","kid":"studio","typ":"vistter-oclpkg+jws"})")) +
                              "..";
                   }),
                   no);
}

TEST(Package, a_manifest_that_does_not_fit_is_refused_even_when_signed) {
    using Manifest = contract::PackageManifest;
    const auto bad = [](const std::string& name, const std::function<void(Manifest&)>& change,
                        std::initializer_list<ErrorCode> codes = {ErrorCode::OCL_PACKAGE}) {
        expect_refused(name, raw_zip(with_manifest(change)), codes);
    };
    bad("an entry less", [](Manifest& m) { m.entries.pop_back(); });
    bad("an entry more", [](Manifest& m) { m.entries.push_back(m.entries.back()); });
    bad("other order", [](Manifest& m) { std::swap(m.entries[1], m.entries[2]); });
    bad("other size", [](Manifest& m) { m.entries[1].size_bytes += 1; });
    bad("other hash of the document",
        [](Manifest& m) { m.entries[0].sha256 = std::string(64, '0'); }, {ErrorCode::AST_HASH});
    bad("other hash of an asset", [](Manifest& m) { m.entries[1].sha256 = std::string(64, '0'); });
    bad("other media type", [](Manifest& m) { m.entries[1].media_type = "image/webp"; });
    bad("other overlay", [](Manifest& m) { m.overlay_id = "ovl_other"; });
    bad("other revision", [](Manifest& m) { m.revision = 4; });
    bad("a path that leads out", [](Manifest& m) { m.entries[1].path = "../evil"; },
        {ErrorCode::VAL_SCHEMA});
    bad("a package of the future", [](Manifest& m) { m.package_version = "2.0"; });
    EXPECT_TRUE(open_package(raw_zip(with_manifest([](Manifest&) {})), trusted).ok());
}

TEST(Package, contents_that_are_not_the_signed_ones_are_refused) {
    const auto with = [](std::size_t index, const std::string& bytes) {
        std::vector<RawEntry> entries = good_entries();
        entries[index].bytes = bytes;
        return raw_zip(entries);
    };
    std::string flipped = logo;
    flipped[7] ^= 1;
    const std::size_t at = good_entries()[2].bytes == logo ? 2 : 3;
    expect_refused("an asset with one bit flipped", with(at, flipped), {ErrorCode::AST_HASH});
    std::string ocl = document();
    ocl.back() = ' ';
    expect_refused("another document", with(1, ocl), {ErrorCode::AST_HASH});
    expect_refused("another manifest", with(0, "{}"), {ErrorCode::SEC_UNAUTHORISED});
}

TEST(Package, entries_with_no_place_in_it_are_refused) {
    const auto changed = [](const std::function<void(std::vector<RawEntry>&)>& change) {
        std::vector<RawEntry> entries = good_entries();
        change(entries);
        return raw_zip(entries);
    };
    using Entries = std::vector<RawEntry>;
    const auto no = {ErrorCode::OCL_PACKAGE};
    expect_refused("manifest not first", changed([](Entries& e) { std::swap(e[0], e[1]); }), no);
    expect_refused("signature not last",
                   changed([](Entries& e) { std::swap(e[e.size() - 2], e.back()); }), no);
    expect_refused("no signature", changed([](Entries& e) { e.pop_back(); }), no);
    expect_refused("no document", changed([](Entries& e) { e.erase(e.begin() + 1); }), no);
    expect_refused("an asset more", changed([](Entries& e) {
                       e.insert(e.end() - 1, {"assets/" + std::string(64, 'f'), "x"});
                   }),
                   no);
    expect_refused("assets out of order", changed([](Entries& e) { std::swap(e[2], e[3]); }), no);
    expect_refused("a folder of its own",
                   changed([](Entries& e) { e[2].name = "other/" + std::string(64, 'a'); }), no);
    expect_refused("capitals in a hash",
                   changed([](Entries& e) { e[2].name = "assets/" + std::string(64, 'A'); }), no);
    expect_refused("a second document", changed([](Entries& e) {
                       e.insert(e.begin() + 2, {"ocl.json ", "{}"});
                   }),
                   no);
}

// A document that names what is not there, or a broken one, is refused although signed.
TEST(Package, the_document_itself_is_judged) {
    const auto with_document = [](const std::string& ocl) {
        std::vector<RawEntry> entries = with_manifest([&](contract::PackageManifest& m) {
            m.entries[0].sha256 = crypto::sha256_hex(ocl);
            m.entries[0].size_bytes = static_cast<std::int64_t>(ocl.size());
        });
        entries[1].bytes = ocl;
        return raw_zip(entries);
    };
    EXPECT_TRUE(open_package(with_document(document()), trusted).ok());
    expect_refused("an asset that is not there",
                   with_document(document(R"(,"more":{"asset_id":"ast_m","sha256":")" +
                                          std::string(64, 'd') + R"(","media_type":"font/ttf"})")),
                   {ErrorCode::OCL_PACKAGE});
    expect_refused("no JSON", with_document("{"), {ErrorCode::VAL_JSON});
    expect_refused("no OCL", with_document(R"({"kind":"ocl.document"})"), {ErrorCode::VAL_SCHEMA});
}

}  // namespace
}  // namespace vistter::ocl
