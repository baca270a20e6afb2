// What the readers promise beyond a verdict: every fault at once, warnings, unsupported parts,
// exact document bytes.
#include "contract/messages.hpp"

#include <gtest/gtest.h>

#include <set>

#include "contract/json_text.hpp"
#include "contract/object_writer.hpp"
#include "contract/sample_files.hpp"
#include "contract/validate.hpp"

namespace vistter::contract {
namespace {

std::string sample(const std::string& path) {
    return test::read_text(std::string(VISTTER_SOURCE_DIR) + "/contract/samples/" + path);
}

// A command envelope around `body`.
Envelope envelope_of(MessageType type, std::string body) {
    const auto envelope = parse_envelope(sample("protocol/timeline_execute/valid/play.json"));
    Envelope made = *envelope;
    made.type = type;
    made.ocl_version = "1.0";
    made.body = std::move(body);
    return made;
}

template <class T>
T body_of(const std::string& path) {
    const auto envelope = parse_envelope(sample(path));
    EXPECT_TRUE(envelope.ok());
    auto parsed = parse_body(*envelope);
    EXPECT_TRUE(parsed.ok()) << describe(parsed.error());
    return std::get<T>(parsed->body);
}

std::set<std::string> codes_and_places(const Error& error) {
    std::set<std::string> all;
    for (const ErrorDetail& detail : error.details)
        all.insert(std::string(to_string(detail.code)) + " " + detail.pointer);
    return all;
}

// G3.1, G4.3
TEST(Messages, all_faults_of_a_document_come_in_one_answer) {
    const std::string document =
        R"({"ocl_version":"1.0","min_reader":"1.0","kind":"ocl.document","overlay_id":"ovl_a",
      "revision":1,"canvas":{"width":1920,"height":1080},"scenes":[{"scene_id":"s","layers":[
        {"layer_id":"a","kind":"image","asset":"none"},
        {"layer_id":"a","kind":"text","text":{"content":"{{wind}}","font":"none"}},
        {"layer_id":"b","kind":"solid","tracks":[
          {"property":"opacity","keyframes":[{"t_ms":9,"value":0},{"t_ms":5,"value":1}]},
          {"property":"opacity","keyframes":[{"t_ms":0,"value":0,"ease":{"linear":[[0,0],[0.5,1]]}}]}]}]}]})";
    const auto parsed = parse_overlay_document(document);
    ASSERT_FALSE(parsed.ok());
    const std::set<std::string> expected{
        "OCL_REFERENCE /scenes/0/layers/0/asset",
        "VAL_DUPLICATE_ID /scenes/0/layers/1/layer_id",
        "OCL_TOKEN /scenes/0/layers/1/text/content",
        "OCL_REFERENCE /scenes/0/layers/1/text/font",
        "OCL_KEY_ORDER /scenes/0/layers/2/tracks/0/keyframes/1/t_ms",
        "OCL_TRACK_DUPLICATE /scenes/0/layers/2/tracks/1",
        "OCL_EASE /scenes/0/layers/2/tracks/1/keyframes/0/ease/linear/1/0"};
    EXPECT_EQ(codes_and_places(parsed.error()), expected);
    EXPECT_EQ(parsed.error().code, parsed.error().details.front().code);
}

TEST(Messages, answers_name_at_most_fifty_faults) {
    std::string layers;
    for (int i = 0; i < 100; ++i)
        layers += std::string(i ? "," : "") + R"({"layer_id":"same","kind":"solid"})";
    const auto parsed = parse_overlay_document(
        R"({"ocl_version":"1.0","min_reader":"1.0","kind":"ocl.document","overlay_id":"ovl_a","revision":1,
            "canvas":{"width":1920,"height":1080},"scenes":[{"scene_id":"s","layers":[)" +
        layers + "]}]}");
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().details.size(), 50u);
    Ack ack;
    ack.message_id = "01932f6c-7b02-7e44-8c20-1a9b3c5d7e9f";
    ack.status = "rejected";
    ack.error = parsed.error();
    EXPECT_TRUE(parse_body(envelope_of(MessageType::ACK, write_body(ack))).ok());
}

TEST(Messages, members_nobody_knows_are_ignored_and_named_once) {
    Envelope envelope = envelope_of(
        MessageType::STREAM_CONTROL,
        R"({"stream_id":"str_a","command":"stop","parameters":{"drain_ms":5,"speed":1},"colour":"red"})");
    envelope.unknown_members = {"/shape"};
    const auto parsed = parse_body(envelope);
    ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
    std::set<std::string> pointers;
    for (const Warning& warning : parsed->warnings) {
        EXPECT_EQ(warning.code, "VAL_UNKNOWN_FIELD");
        pointers.insert(warning.pointer);
    }
    EXPECT_EQ(pointers,
              (std::set<std::string>{"/shape", "/body/parameters/speed", "/body/colour"}));
    EXPECT_EQ(parsed->warnings.size(), 3u);
    EXPECT_EQ(std::get<StreamControl>(parsed->body).drain_ms, 5);
}

TEST(Messages, a_secret_in_the_clear_is_refused_even_where_unknown_members_are_ignored) {
    for (const char* name : {"password", "Secret", "stream_key", "API_KEY", "passphrase"}) {
        const auto parsed =
            parse_body(envelope_of(MessageType::STREAM_CONTROL, ObjectWriter()
                                                                    .text("stream_id", "str_a")
                                                                    .text("command", "stop")
                                                                    .text(name, "x")
                                                                    .str()));
        ASSERT_FALSE(parsed.ok()) << name;
        EXPECT_EQ(parsed.error().code, ErrorCode::VAL_INLINE_SECRET) << name;
        EXPECT_EQ(parsed.error().details.front().pointer, "/" + std::string(name));
        EXPECT_EQ(describe(parsed.error()).find("\"x\""), std::string::npos)
            << "the secret itself is not repeated";
    }
}

TEST(Messages, gaps_on_the_video_track_are_a_warning) {
    const auto envelope =
        parse_envelope(sample("protocol/timeline_load/valid/without_overlays.json"));
    const auto parsed = parse_body(*envelope);
    ASSERT_TRUE(parsed.ok());
    ASSERT_EQ(parsed->warnings.size(), 1u);
    EXPECT_EQ(parsed->warnings[0].code, "TML_GAP");
    EXPECT_EQ(parsed->warnings[0].pointer, "/body/segments/0/tracks/0");
}

TEST(Messages, known_keys_of_the_configuration_tree_that_cannot_be_applied_are_listed) {
    const auto config = body_of<DeviceConfig>("protocol/device_config/valid/known_but_later.json");
    const std::vector<std::string> expected{"/network/dns", "/time/timezone",
                                            "/storage/retention_days"};
    EXPECT_EQ(config.config_patch.unsupported, expected);
    const auto removal = body_of<DeviceConfig>("protocol/device_config/valid/remove_entries.json");
    ASSERT_TRUE(removal.config_patch.destinations.contains("dst_old"));
    EXPECT_FALSE(removal.config_patch.destinations.at("dst_old").has_value());
    EXPECT_TRUE(removal.dry_run);
    const auto both =
        body_of<DeviceConfig>("protocol/device_config/valid/destinations_and_profile.json");
    EXPECT_EQ(both.config_patch.device_name, "Harbour hut");
    EXPECT_EQ(both.config_patch.destinations.at("dst_main")->url,
              "rtmp://live.example.org:1935/live/harbour");
    EXPECT_EQ(both.config_patch.encoding_profiles.at("enc_720p30")->preset, "superfast");
    EXPECT_EQ(both.expected_revision, 4);
}

// The hash of an inline document is over its text without white space, whoever indented the
// message.
TEST(Messages, an_inline_document_keeps_its_bytes) {
    const std::string spaced =
        R"({ "ocl_version" : "1.0", "min_reader":"1.0","kind":"ocl.document","overlay_id":"ovl_a",
        "revision":1, "canvas":{"width":1920,"height":1080}, "safe_areas": {"title": 5.00e-2},
        "scenes":[{"scene_id":"s","layers":[]}] })";
    const std::string compact = canonical_text(spaced);
    const auto parsed = parse_body(envelope_of(MessageType::OVERLAY_UPDATE,
                                               R"({"overlay_id":"ovl_a","ocl": )" + spaced + " }"));
    ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
    const auto& update = std::get<OverlayUpdate>(parsed->body);
    EXPECT_EQ(update.ocl_text, compact);
    EXPECT_NE(compact.find("5.00e-2"), std::string::npos) << "numbers keep their bytes";
    // Written, sent, read again: the same bytes, so the same hash at both ends.
    const auto again =
        parse_body(envelope_of(MessageType::OVERLAY_UPDATE, write_body(parsed->body)));
    ASSERT_TRUE(again.ok()) << describe(again.error());
    EXPECT_EQ(std::get<OverlayUpdate>(again->body).ocl_text, compact);
}

TEST(Messages, overlays_in_a_timeline_keep_their_bytes) {
    const auto load = body_of<TimelineLoad>("protocol/timeline_load/valid/inline.json");
    ASSERT_EQ(load.document.overlays.size(), 1u);
    EXPECT_EQ(load.document.overlays[0].ocl_text,
              canonical_text(load.document.overlays[0].ocl_text));
    EXPECT_TRUE(parse_overlay_document(load.document.overlays[0].ocl_text).ok());
    const auto held =
        body_of<TimelineLoad>("protocol/timeline_load/valid/overlay_already_held.json");
    EXPECT_TRUE(held.document.overlays[0].ocl_text.empty());
    EXPECT_FALSE(held.document.overlays[0].ocl.has_value());
    EXPECT_EQ(held.document.overlays[0].doc_sha256, load.document.overlays[0].doc_sha256);
    EXPECT_TRUE(parse_timeline_load(write_body(load)).ok());
}

TEST(Messages, a_timeline_is_read_whole) {
    const auto load = body_of<TimelineLoad>("protocol/timeline_load/valid/inline.json");
    ASSERT_EQ(load.document.sequence.size(), 2u);
    EXPECT_EQ(load.document.sequence[0].repeat, 2);
    EXPECT_EQ(load.document.sequence[1].repeat, std::nullopt);
    const Segment& segment = load.document.segments.at(0);
    EXPECT_EQ(segment.duration_ms, 10'000);
    const Cue& second = segment.tracks.at(0).cues.at(1);
    EXPECT_EQ(std::get<CameraShow>(second.action).camera_id, "cam_b");
    EXPECT_EQ(second.transition.kind, TransitionKind::fade);
    EXPECT_EQ(second.transition.duration_ms, 500);
    const Cue& bug = segment.tracks.at(1).cues.at(0);
    EXPECT_EQ(std::get<OverlayShow>(bug.action).slot, "corner");
    EXPECT_EQ(bug.out.kind, "scene");
    const auto single = body_of<TimelineLoad>("protocol/timeline_load/valid/without_overlays.json");
    ASSERT_EQ(single.document.sequence.size(), 1u) << "each segment once when no sequence is given";
    EXPECT_EQ(single.expected_revision, 3);
}

// Contract C.1's own example, read to the numbers.
TEST(Messages, an_overlay_document_is_read_whole) {
    const auto parsed = parse_overlay_document(sample("ocl/document/valid/lower_third.json"));
    ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
    const Scene& scene = parsed->scenes.at(0);
    EXPECT_EQ(scene.phases.body, "hold");
    EXPECT_EQ(scene.duration_ms, std::nullopt);
    const Layer& bar = scene.layers.at(0);
    EXPECT_EQ(bar.anchor.area, "title");
    EXPECT_EQ(std::get<Pair>(bar.props.at(Property::size)), (Pair{720, 120}));
    EXPECT_EQ(std::get<Color>(bar.props.at(Property::fill_color)), (Color{0x10, 0x16, 0x1f, 0xcc}));
    const PropertyTrack& outro = bar.tracks.at(1);
    EXPECT_EQ(outro.phase, Phase::outro);
    EXPECT_EQ(outro.keyframes.at(0).ease.kind, Ease::Kind::cubic);
    EXPECT_EQ(outro.keyframes.at(0).ease.x1, 0.42);
    EXPECT_EQ(std::get<Pair>(outro.keyframes.at(1).value), (Pair{-780, 0}));
    EXPECT_EQ(bar.tracks.at(0).keyframes.at(0).ease.x2, 0.58) << "ease-out";
    EXPECT_EQ(bar.tracks.at(0).keyframes.at(1).ease.kind, Ease::Kind::hold);
    EXPECT_EQ(parsed->tokens.at("wind").default_value, std::nullopt);
    EXPECT_EQ(parsed->assets.at("logo").width, 320);
    const auto board = parse_overlay_document(sample("ocl/document/valid/scoreboard.json"));
    ASSERT_TRUE(board.ok()) << describe(board.error());
    const Layer& group = board->scenes.at(0).layers.at(0);
    EXPECT_EQ(group.layers.at(2).tracks.at(0).keyframes.at(0).ease.kind, Ease::Kind::steps);
    EXPECT_EQ(group.tracks.at(0).loop, LoopMode::ping_pong);
    EXPECT_EQ(group.tracks.at(0).keyframes.at(0).ease.points.size(), 3u);
    EXPECT_EQ(std::get<bool>(board->scenes.at(0).layers.at(1).tracks.at(0).keyframes.at(1).value),
              false);
}

TEST(Messages, lawful_parts_this_appliance_does_not_do_are_refused_and_named) {
    const std::string segment =
        R"({"timeline_id":"tml_a","revision":1,"segment_version":"1.0","assets_manifest":[],
          "segments":[{"segment_id":"seg_a",
          "revision":1,"name":"A","duration_ms":1000,"tracks":[{"track_id":"v","kind":"video","cues":[{"cue_id":"c",
          "start_ms":0,"duration_ms":1000,"action":{"kind":"camera.show","camera_id":"cam_a"},
          "sync":{"for":"operator","timeout_ms":10}}]}]}]})";
    EXPECT_TRUE(validate_file(sample("segment/segment/valid/dock_tour.json")).empty());
    const auto load = parse_timeline_load(segment);
    ASSERT_FALSE(load.ok());
    EXPECT_EQ(load.error().code, ErrorCode::STA_UNSUPPORTED_ACTION);
    EXPECT_EQ(load.error().details.front().pointer, "/segments/0/tracks/0/cues/0/sync");
    const std::string document =
        R"({"ocl_version":"1.0","min_reader":"1.0","kind":"ocl.document","overlay_id":"ovl_a","revision":1,
          "features_used":["layer.video"],"features_required":["layer.video"],"canvas":{"width":1920,"height":1080},
          "assets":{"v":{"asset_id":"ast_v","sha256":")" +
        std::string(64, 'a') + R"(","media_type":"video/webm"}},
          "scenes":[{"scene_id":"s","layers":[{"layer_id":"a","kind":"video","asset":"v"}]}]})";
    EXPECT_TRUE(validate_file(document).empty());
    const auto parsed = parse_overlay_document(document);
    ASSERT_FALSE(parsed.ok());
    EXPECT_EQ(parsed.error().code, ErrorCode::OCL_FEATURE_UNSUPPORTED);
    EXPECT_EQ(parsed.error().details.front().pointer, "/features_required/0");
}

TEST(Messages, a_refused_payload_still_tells_its_message_id) {
    const std::string text = sample("protocol/envelope/invalid/seq_zero.json");
    ASSERT_FALSE(parse_envelope(text).ok());
    EXPECT_EQ(message_id_of(text), "01932f6c-7a10-7c3e-9b51-0f2a6d8e4c11");
    EXPECT_EQ(message_id_of("{\"message_id\":\"x\"}"), std::nullopt);
    EXPECT_EQ(message_id_of("not json"), std::nullopt);
}

TEST(Messages, who_may_send_what) {
    for (int i = 0; i <= static_cast<int>(MessageType::GOODBYE); ++i) {
        const auto type = static_cast<MessageType>(i);
        EXPECT_EQ(message_type_from(to_string(type)), type);
        EXPECT_TRUE(studio_sends(type) || device_sends(type));
        EXPECT_EQ(studio_sends(type) && device_sends(type),
                  type == MessageType::GOODBYE || type == MessageType::HEARTBEAT);
        if (is_command(type)) {
            EXPECT_TRUE(studio_sends(type));
        }
    }
    EXPECT_TRUE(device_sends(MessageType::HELLO));
    EXPECT_TRUE(device_sends(MessageType::STATE_REPORT));
    EXPECT_TRUE(studio_sends(MessageType::RECEIPT));
    EXPECT_EQ(message_type_from("COMMAND_FORGET"), std::nullopt);
}

TEST(Messages, credentials_cancel_and_heartbeat_come_back_as_they_went) {
    CredentialRefresh refresh;
    refresh.credential = "trust_bundle";
    refresh.method = "bundle";
    refresh.trust =
        TrustBundle{{"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"},
                    {std::string(64, 'a'), std::string(64, 'b')},
                    {{"studio:prod#2",
                      "-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n"}}};
    const auto bundle =
        parse_body(envelope_of(MessageType::CREDENTIAL_REFRESH, write_body(refresh)));
    ASSERT_TRUE(bundle.ok()) << describe(bundle.error());
    EXPECT_EQ(std::get<CredentialRefresh>(bundle->body).trust, refresh.trust);
    EXPECT_EQ(type_of(bundle->body), MessageType::CREDENTIAL_REFRESH);
    const CommandCancel cancel{"01932f6c-7b02-7e44-8c20-1a9b3c5d7e9f", "operator", true};
    const auto cancelled =
        parse_body(envelope_of(MessageType::COMMAND_CANCEL, write_body(cancel)));
    ASSERT_TRUE(cancelled.ok()) << describe(cancelled.error());
    EXPECT_EQ(std::get<CommandCancel>(cancelled->body).message_id, cancel.message_id);
    EXPECT_TRUE(std::get<CommandCancel>(cancelled->body).dry_run);
    const Heartbeat beat{41, std::string(64, '1'), 17, 9, std::string(64, '2'), "a.b.c"};
    const auto heard = parse_body(envelope_of(MessageType::HEARTBEAT, write_body(beat)));
    ASSERT_TRUE(heard.ok()) << describe(heard.error());
    const Heartbeat& read = std::get<Heartbeat>(heard->body);
    EXPECT_EQ(read.sent_seq, 41);
    EXPECT_EQ(read.transcript, beat.transcript);
    EXPECT_EQ(read.received_seq, 17);
    EXPECT_EQ(read.ledger_rows, 9);
    EXPECT_EQ(read.ledger_head, beat.ledger_head);
    EXPECT_EQ(read.session_token, "a.b.c");
}

TEST(Messages, an_error_travels_with_its_details_and_its_retryability) {
    Ack ack;
    ack.message_id = "01932f6c-7b02-7e44-8c20-1a9b3c5d7e9f";
    ack.status = "rejected";
    ack.error = fail_at(ErrorCode::AST_FETCH, "/assets_manifest/0/uri", "Not reachable.");
    ack.error->message += std::string(3000, 'x');
    ack.result.text = R"({"a":[1,2]})";
    const auto parsed = parse_body(envelope_of(MessageType::ACK, write_body(ack)));
    ASSERT_TRUE(parsed.ok()) << describe(parsed.error());
    const Ack& read = std::get<Ack>(parsed->body);
    EXPECT_EQ(read.error->code, ErrorCode::AST_FETCH);
    EXPECT_EQ(read.error->message.size(), 2000u);
    EXPECT_EQ(read.error->details.at(0).pointer, "/assets_manifest/0/uri");
    EXPECT_EQ(read.result.text, R"({"a":[1,2]})");
    EXPECT_NE(write_body(ack).find("\"retryable\":true"), std::string::npos);
    // A code from a newer registry is not lost: its name is kept in the words.
    const auto newer = parse_body(envelope_of(
        MessageType::ACK,
        R"({"message_id":"01932f6c-7b02-7e44-8c20-1a9b3c5d7e9f","status":"rejected","warnings":[],
            "error":{"code":"VAL_NEWER","message":"Later.","retryable":false}})"));
    ASSERT_TRUE(newer.ok());
    EXPECT_EQ(std::get<Ack>(newer->body).error->message, "VAL_NEWER: Later.");
}

}  // namespace
}  // namespace vistter::contract
