// Cairo draws, libyuv converts, media's barcode goes on top.
#include "sim/camera/test_picture.hpp"

#include <cairo.h>
#include <libyuv.h>

#include <array>
#include <cmath>
#include <cstring>
#include <numbers>

#include <fmt/format.h>

#include "media/barcode.hpp"

namespace vistter::sim {
namespace {

constexpr double turn = 2 * std::numbers::pi;
// 0.1 ms units of the strip's time field.
constexpr std::int64_t strip_ticks_per_second = 10'000;

struct Colour {
    double r, g, b;
};

// A hue well apart from its neighbours' for every source number (golden angle).
Colour hue(unsigned source, double shift, double value) {
    double h = std::fmod(0.55 + source * 0.381966 + shift, 1.0) * 6.0;
    double rise = value * std::fmod(h, 1.0), fall = value * (1 - std::fmod(h, 1.0)),
           low = value * 0.22;
    rise = std::max(rise, low);
    fall = std::max(fall, low);
    switch (static_cast<int>(h)) {
        case 0:
            return {value, rise, low};
        case 1:
            return {fall, value, low};
        case 2:
            return {low, value, rise};
        case 3:
            return {low, fall, value};
        case 4:
            return {rise, low, value};
        default:
            return {value, low, fall};
    }
}

void set(cairo_t* cr, Colour c, double alpha = 1) {
    cairo_set_source_rgba(cr, c.r, c.g, c.b, alpha);
}

void text_centred(cairo_t* cr, const std::string& text, double x, double y, double size) {
    cairo_set_font_size(cr, size);
    cairo_text_extents_t extents;
    cairo_text_extents(cr, text.c_str(), &extents);
    cairo_move_to(cr, x - extents.width / 2 - extents.x_bearing,
                  y - extents.height / 2 - extents.y_bearing);
    cairo_show_text(cr, text.c_str());
}

// The part that never moves: sky, hills, rings, the camera's name.
void draw_background(cairo_t* cr, const TestPictureSettings& s) {
    const double w = s.width, h = s.height;
    cairo_pattern_t* sky = cairo_pattern_create_linear(0, 0, w * 0.4, h);
    Colour top = hue(s.source, -0.04, 0.34), bottom = hue(s.source, 0.08, 0.78);
    cairo_pattern_add_color_stop_rgb(sky, 0, top.r, top.g, top.b);
    cairo_pattern_add_color_stop_rgb(sky, 1, bottom.r, bottom.g, bottom.b);
    cairo_set_source(cr, sky);
    cairo_paint(cr);
    cairo_pattern_destroy(sky);
    for (int layer = 0; layer < 3; ++layer) {
        set(cr, hue(s.source, 0.02 * layer, 0.30 - 0.08 * layer), 0.75);
        double base = h * (0.66 + 0.10 * layer);
        cairo_move_to(cr, 0, h);
        for (int x = 0; x <= s.width; x += 4) {
            double along = x / w * turn;
            cairo_line_to(cr, x,
                          base +
                              h * 0.05 * std::sin(along * (1.5 + layer) + s.source + 1.7 * layer) +
                              h * 0.02 * std::sin(along * (4 + 2 * layer) + 2.0 * s.source));
        }
        cairo_line_to(cr, w, h);
        cairo_close_path(cr);
        cairo_fill(cr);
    }
    cairo_set_line_width(cr, h / 360);
    cairo_set_source_rgba(cr, 1, 1, 1, 0.25);
    for (int ring = 1; ring <= 3; ++ring) {
        cairo_arc(cr, w * 0.76, h * 0.42, h * 0.10 * ring, 0, turn);
        cairo_stroke(cr);
    }
    cairo_select_font_face(cr, "Inter", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_BOLD);
    cairo_set_source_rgba(cr, 1, 1, 1, 0.96);
    text_centred(cr, s.camera_id, w * 0.34, h * 0.40, h * 0.20);
    cairo_set_source_rgba(cr, 1, 1, 1, 0.75);
    text_centred(cr, fmt::format("camera {}", s.source), w * 0.34, h * 0.56, h * 0.065);
}

// The part that moves: a hand and a ball on the rings, a bar along the loop, the time in the loop.
void draw_motion(cairo_t* cr, const TestPictureSettings& s, int number) {
    const double w = s.width, h = s.height, x = w * 0.76, y = h * 0.42;
    const double phase = static_cast<double>(number) / s.loop_frames;
    const double rate = static_cast<double>(s.rate_num) / s.rate_den;
    const double second_phase = std::fmod(number / rate, 1.0);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_width(cr, h * 0.014);
    cairo_set_source_rgba(cr, 1, 1, 1, 0.9);
    cairo_move_to(cr, x, y);
    cairo_line_to(cr, x + h * 0.26 * std::sin(phase * turn), y - h * 0.26 * std::cos(phase * turn));
    cairo_stroke(cr);
    set(cr, hue(s.source, 0.5, 0.95));
    cairo_arc(cr, x + h * 0.30 * std::sin(second_phase * turn),
              y - h * 0.30 * std::cos(second_phase * turn), h * 0.035, 0, turn);
    cairo_fill(cr);
    cairo_rectangle(cr, w * 0.08, h * 0.72, w * 0.52 * phase, h * 0.012);
    cairo_fill(cr);
    cairo_select_font_face(cr, "Inter", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_source_rgba(cr, 1, 1, 1, 0.9);
    text_centred(cr, fmt::format("{:05.2f} s   frame {:03}", number / rate, number), w * 0.34,
                 h * 0.66, h * 0.055);
}

}  // namespace

struct TestPicture::Canvas {
    Canvas(int width, int height)
        : background(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)),
          picture(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height)),
          pen(cairo_create(picture)) {}
    ~Canvas() {
        cairo_destroy(pen);
        cairo_surface_destroy(picture);
        cairo_surface_destroy(background);
    }
    Canvas(const Canvas&) = delete;
    Canvas& operator=(const Canvas&) = delete;
    cairo_surface_t *background, *picture;
    cairo_t* pen;
};

TestPicture::TestPicture(const TestPictureSettings& settings)
    : settings_(settings), canvas_(std::make_unique<Canvas>(settings.width, settings.height)) {
    cairo_t* cr = cairo_create(canvas_->background);
    draw_background(cr, settings_);
    cairo_destroy(cr);
}

TestPicture::~TestPicture() = default;

void TestPicture::draw(int number, std::uint8_t* i420) {
    const int width = settings_.width, height = settings_.height, half = width / 2;
    cairo_set_source_surface(canvas_->pen, canvas_->background, 0, 0);
    cairo_paint(canvas_->pen);
    draw_motion(canvas_->pen, settings_, number);
    cairo_surface_flush(canvas_->picture);
    std::uint8_t* u = i420 + static_cast<std::size_t>(width) * height;
    std::uint8_t* v = u + static_cast<std::size_t>(half) * (height / 2);
    // Cairo's pixels are B, G, R, x in memory: libyuv's ARGB.
    libyuv::ARGBToI420(cairo_image_surface_get_data(canvas_->picture),
                       cairo_image_surface_get_stride(canvas_->picture), i420, width, u, half, v,
                       half, width, height);
    std::int64_t time =
        std::int64_t{number} * strip_ticks_per_second * settings_.rate_den / settings_.rate_num;
    media::draw_barcode(i420, width, width, 0,
                        {.source = settings_.source,
                         .frame = static_cast<std::uint32_t>(number),
                         .time = static_cast<std::uint32_t>(time)});
    std::size_t grey = static_cast<std::size_t>(half) * ((media::barcode_cell(width) + 1) / 2);
    std::memset(u, 128, grey);
    std::memset(v, 128, grey);
}

}  // namespace vistter::sim
