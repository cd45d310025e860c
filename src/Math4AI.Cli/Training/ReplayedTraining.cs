using System.Text.Json;

namespace Math4AI.Cli.Training;

/// <summary>A finished training, which <c>--replay</c> repeats whatever the clock.</summary>
/// <param name="Words">The words of its command line.</param>
/// <param name="Names">The learners that its comparison had time for.</param>
/// <param name="StoppedBefore">The first step that it left out when it was stopped; null if it was not.</param>
/// <param name="CurvePoints">The points of its learning curve.</param>
internal sealed record ReplayedTraining(
    string[] Words, IReadOnlyList<string> Names, string? StoppedBefore, int CurvePoints)
{
    /// <summary>The intervals that need trainings of their own, after the choice.</summary>
    public const string Intervals = "intervals";

    /// <summary>The step after the intervals.</summary>
    public const string LearningCurve = "learning curve";

    /// <summary>Whether the intervals that need trainings are left out.</summary>
    public bool EndsAfterChoice => StoppedBefore == Intervals;

    /// <summary>How many points its learning curve has at most.</summary>
    public int MaxCurvePoints => StoppedBefore is null ? int.MaxValue : CurvePoints;

    /// <summary>What the user should know of the replay; null for nothing.</summary>
    public string? Note => StoppedBefore is null ? null
        : $"The training that is replayed was stopped before its {StoppedBefore}: what it left out is left out here "
            + "too, so that the model is the same to the bit. To get it, train again without --replay.";

    /// <summary>Reads what a training wrote of itself.</summary>
    /// <exception cref="InvalidDataException">The folder holds none that can be replayed.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static ReplayedTraining Read(string folder)
    {
        string path = Path.Combine(folder, OutputFiles.ResultName);
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            JsonElement root = json.RootElement;
            return new ReplayedTraining(
                [.. root.GetProperty("words").EnumerateArray().Select(word => word.GetString()!)],
                [.. root.GetProperty("comparison").EnumerateArray()
                    .Where(each => each.GetProperty("loss").ValueKind == JsonValueKind.Number)
                    .Select(each => each.GetProperty("name").GetString()!)],
                root.TryGetProperty("stoppedBefore", out JsonElement stopped) ? stopped.GetString() : null,
                root.GetProperty("learningCurve").GetArrayLength());
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{path} does not describe a training that can be replayed.", e);
        }
    }
}
