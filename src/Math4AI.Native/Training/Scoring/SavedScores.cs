using Math4AI.Data;
using Math4AI.Data.Models;
using Math4AI.Training.Files;

namespace Math4AI.Training.Scoring;

/// <summary>The scores behind intervals and sets, in the folder of a network or in arrays of a model.</summary>
internal static class SavedScores
{
    private const string Kind = "calibration";
    private const string Scores = "calibration";
    private const string Parts = "calibrationParts";
    private const int MaxParts = 1000;

    /// <summary>Adds them to a model's arrays.</summary>
    public static void AddTo(ModelArrays arrays, CrossScores scores)
    {
        arrays.Add(Scores, scores.Scores);
        arrays.Add(Parts, scores.Parts.Select(part => (double)part));
    }

    /// <summary>Those among a model's arrays; null where there are none.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    public static CrossScores? Of(ModelArrays arrays, string folder)
    {
        if (!arrays.Has(Scores))
        {
            return null;
        }

        double[] scores = arrays.Vector(Scores);
        int[] parts = arrays.Has(Parts) ? arrays.Places(Parts, MaxParts) : new int[scores.Length];
        return scores.Length == parts.Length
            ? new CrossScores(scores, parts)
            : throw new InvalidDataException($"{folder} is damaged: the parts of its calibration do not fit it.");
    }

    /// <summary>Writes them beside the weights of a network.</summary>
    public static void Write(string folder, FileTransaction files, CrossScores scores)
    {
        var arrays = new ModelArrays();
        AddTo(arrays, scores);
        ModelFolder.Write(
            PathIn(folder), files, Kind, new SavedCalibration(scores.Count), ModelJson.Default.SavedCalibration,
            arrays.All);
    }

    /// <summary>Reads those beside the weights of a network.</summary>
    /// <exception cref="InvalidDataException">They are damaged.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    public static CrossScores Read(string folder)
    {
        SavedCalibration about = ModelFolder.ReadDescription(
            PathIn(folder), Kind, ModelJson.Default.SavedCalibration, about => about.Samples >= 0);
        return Of(ModelArrays.Read(PathIn(folder)), folder) is { } found && found.Count == about.Samples
            ? found
            : throw new InvalidDataException($"{folder} is damaged: its calibration is not whole.");
    }

    private static string PathIn(string folder) => Path.Combine(folder, Kind);
}

/// <summary>The description of scores in their folder.</summary>
/// <param name="Samples">Their number.</param>
internal sealed record SavedCalibration(int Samples);
