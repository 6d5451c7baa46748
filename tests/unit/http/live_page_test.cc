#include "http/live_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>

#include "http/answer.h"
#include "http/page_files.h"

namespace sluice {
namespace {

using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

HttpResponse LivePage(const std::string& path, const std::vector<HttpField>& headers = {},
                      const HttpServerSettings& settings = {}) {
  HttpRoutes routes;
  AddLivePage(routes);
  const HttpRequest request{"GET", path, "", headers};
  const HttpDecision decision = Decide(routes, settings, request, {});
  return decision.route == nullptr ? decision.refusal : Call(*decision.route, request);
}

std::string HeaderOf(const HttpResponse& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "";
}

TEST(LivePageTest, ThePageIsWhatIsInItsFiles) {
  const HttpResponse page = LivePage("/");
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(page.body, testing::StartsWith("<!doctype html>"));
  EXPECT_THAT(page.body, testing::EndsWith("</html>\n"));
  EXPECT_EQ(LivePage("/page.js").content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(LivePage("/page.css").content_type, "text/css; charset=utf-8");
  EXPECT_EQ(LivePage("/icon.svg").content_type, "image/svg+xml");
  EXPECT_EQ(LivePage("/index.html").status, 404);
}

TEST(LivePageTest, EveryFileThatItAsksForIsThere) {
  std::set<std::string> wanted;
  const std::regex in_page(R"re((?:href|src)="([a-z]+\.[a-z]+)")re");
  const std::regex in_module(R"re(from "\./([a-z]+\.js)")re");
  for (const PageFile& file : PageFiles()) {
    const std::string text(file.bytes);
    for (const std::regex& pattern : {in_page, in_module}) {
      for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) {
        wanted.insert((*at)[1]);
      }
    }
  }
  EXPECT_EQ(wanted.size(), PageFiles().size() - 1) << "all but index.html";
  for (const std::string& name : wanted) EXPECT_EQ(LivePage("/" + name).status, 200) << name;
}

TEST(LivePageTest, NothingIsInlineAndNothingComesFromElsewhere) {
  const std::string policy = HeaderOf(LivePage("/"), "Content-Security-Policy");
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, Not(AnyOf(HasSubstr("unsafe"), HasSubstr("*"), HasSubstr("http"))));
  for (const PageFile& file : PageFiles()) {
    const std::string text(file.bytes);
    EXPECT_FALSE(std::regex_search(text, std::regex(R"( on[a-z]+="|style="|<script>|<style)")))
        << file.name;
    EXPECT_FALSE(std::regex_search(text, std::regex(R"(innerHTML|insertAdjacent|eval\()")))
        << file.name;
    if (file.name == "icon.svg" || file.name == "dom.js") continue;  // The name of SVG is a URL.
    EXPECT_THAT(text, Not(AnyOf(HasSubstr("http:"), HasSubstr("https:"), HasSubstr("url(//"))))
        << file.name;
  }
}

TEST(LivePageTest, WhoHasTheFileIsToldThatItIsTheSame) {
  const std::string etag = HeaderOf(LivePage("/page.js"), "ETag");
  EXPECT_THAT(etag, testing::MatchesRegex("\"[0-9a-f]{32}\""));
  EXPECT_NE(etag, HeaderOf(LivePage("/page.css"), "ETag"));
  for (const std::string& known : {etag, "\"other\", W/" + etag, std::string("*")}) {
    const HttpResponse same = LivePage("/page.js", {{"If-None-Match", known}});
    EXPECT_EQ(same.status, 304) << known;
    EXPECT_EQ(same.body, "");
    EXPECT_EQ(HeaderOf(same, "ETag"), etag);
  }
  EXPECT_EQ(LivePage("/page.js", {{"If-None-Match", "\"other\""}}).status, 200);
}

TEST(LivePageTest, ItsFilesNeedNoTokenButTlsAndAnOpenServer) {
  HttpServerSettings settings;
  settings.token = "t";
  EXPECT_EQ(LivePage("/", {}, settings).status, 200);
  settings.tls.cert_file = "cert";
  EXPECT_EQ(LivePage("/", {}, settings).status, 403) << "the token would go in the clear";
  HttpServerSettings probes_only;
  probes_only.only_open = true;
  EXPECT_EQ(LivePage("/", {}, probes_only).status, 403);
}

}  // namespace
}  // namespace sluice
