#include "spec/spec.h"

#include <fmt/format.h>

#include "spec/tables.h"
#include "util/file.h"

namespace cooper::spec {

Result<ImageSpec> parse(std::string_view text, const std::filesystem::path& file) {
  toml::parse_result parsed = toml::parse(text, file.string());
  Reader reader(file);
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(ErrorKind::usage, "this is not TOML", reader.where(error.source()), std::string(error.description()));
  }
  const Table<ImageSpec> table = image_spec_table();
  reader.schema = [&] { return schema_of(table); };
  ImageSpec spec;
  spec.file = file;
  read_table(reader, parsed.table(), table, spec);
  if (auto error = reader.error()) return std::unexpected(std::move(*error));
  return spec;
}

Result<ImageSpec> load(const std::filesystem::path& file) {
  auto text = util::read_file(file, 16 << 20);
  if (!text) {
    Error error = std::move(text).error();
    return fail(ErrorKind::usage, "cannot read the image spec", file.string(),
                error.why.empty() ? error.what : error.why);
  }
  ImageSpec spec = TRY(parse(*text, file));
  for (const FileSpec& entry : spec.files) {
    std::error_code error;
    if (!entry.source.empty() && !std::filesystem::is_regular_file(file.parent_path() / entry.source, error))
      return fail(ErrorKind::usage, fmt::format("no such file: '{}'", entry.source), entry.where,
                  fmt::format("'{}' is to be copied from it", entry.path), "paths start at the folder of the spec");
  }
  return spec;
}

std::string json_schema() {
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "cooper image spec"}};
  schema.update(schema_of(image_spec_table()));
  return schema.dump(2) + "\n";
}

}  // namespace cooper::spec
