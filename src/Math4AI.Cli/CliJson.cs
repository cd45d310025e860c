using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Math4AI.Cli.Fitting;
using Math4AI.Cli.Separation;

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
        TypeInfoResolver = JsonTypeInfoResolver.Combine(CliJsonTypes.Default, new DefaultJsonTypeInfoResolver()),
    };

    public static string Text<T>(T value) => JsonSerializer.Serialize(value, Options);

    /// <summary>Finds out how a type is written, so that its first text takes less time.</summary>
    public static void Prepare<T>() => _ = Options.GetTypeInfo(typeof(T));

    /// <summary>Reads what <see cref="Text"/> gave.</summary>
    /// <exception cref="JsonException">The text is not such a value.</exception>
    public static T Read<T>(string text) =>
        JsonSerializer.Deserialize<T>(text, Options) ?? throw new JsonException("The value is null.");
}

/// <summary>
/// The results of the verbs whose whole run may be short: how they are written is known before, without reflection.
/// </summary>
[JsonSerializable(typeof(FitSummary))]
[JsonSerializable(typeof(SeparateSummary))]
internal sealed partial class CliJsonTypes : JsonSerializerContext;
