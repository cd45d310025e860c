using System.Text.Json.Nodes;
using Math4AI.Language.Generation;

namespace Math4AI.Language.Folders;

/// <summary>
/// The rotations of positions as Llama's folders describe them: rope_theta with rope_scaling, or both in
/// rope_parameters. A kind that is not known is refused.
/// </summary>
internal static class RotarySettings
{
    private const double Base = 10_000.0;

    /// <summary>Reads the base, and how the rotations are slowed down.</summary>
    public static (double Base, RotaryScaling? Scaling) Read(LanguageFolder folder)
    {
        if (folder.Part("rope_parameters") is { } both)
        {
            _ = folder.Has("rope_scaling")
                ? throw folder.Wrong("has both 'rope_parameters' and 'rope_scaling'.") : both;
            return (both.ContainsKey("rope_theta") ? Number(folder, both, "rope_theta") : Base, Scaling(folder, both));
        }

        JsonObject? part = folder.Part("rope_scaling");
        return (folder.Number("rope_theta", Base), part is null ? null : Scaling(folder, part));
    }

    /// <summary>Writes how the rotations are slowed down; null for not.</summary>
    public static JsonObject? Write(RotaryScaling? scaling) => scaling switch
    {
        null => null,
        { High: 0.0 } => new() { ["rope_type"] = "linear", ["factor"] = scaling.Factor },
        _ => new()
        {
            ["rope_type"] = "llama3",
            ["factor"] = scaling.Factor,
            ["low_freq_factor"] = scaling.Low,
            ["high_freq_factor"] = scaling.High,
            ["original_max_position_embeddings"] = scaling.Context,
        },
    };

    private static RotaryScaling? Scaling(LanguageFolder folder, JsonObject part)
    {
        string? kind = (part["rope_type"] ?? part["type"]) is JsonValue value && value.TryGetValue(out string? text)
            ? text : null;
        double Number(string name) => RotarySettings.Number(folder, part, name);
        switch (kind)
        {
            case "default":
                return null;
            case "linear":
                return new RotaryScaling(Number("factor"));
            case "llama3":
                (double low, double high, double context) = (Number("low_freq_factor"), Number("high_freq_factor"),
                    Number("original_max_position_embeddings"));
                return high > low && context <= int.MaxValue
                    ? new RotaryScaling(Number("factor"), low, high, (int)context)
                    : throw folder.Wrong("has rotations whose low_freq_factor is not below their high_freq_factor.");
            default:
                throw folder.Wrong(
                    $"has rotations of the kind '{kind}', which is not known; there are: default, linear, llama3.");
        }
    }

    private static double Number(LanguageFolder folder, JsonObject part, string name) =>
        part[name] is JsonValue value && value.TryGetValue(out double found) && found is > 0.0 and < 1e12
            ? found
            : throw folder.Wrong($"has rotations without a '{name}' that is a number above 0.");
}
