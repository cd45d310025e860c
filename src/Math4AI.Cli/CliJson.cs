using System.Text.Json;
using System.Text.Json.Serialization;

namespace Math4AI.Cli;

/// <summary>
/// The JSON that verbs print and write: camel case, numbers in the shortest form that reads back to the same bits.
/// </summary>
internal static class CliJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>Reads what <see cref="Text"/> gave.</summary>
    /// <exception cref="JsonException">The text is not such a value.</exception>
    public static T Read<T>(string text) =>
        JsonSerializer.Deserialize<T>(text, Options) ?? throw new JsonException("The value is null.");
}
