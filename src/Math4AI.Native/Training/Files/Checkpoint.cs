using System.Text.Json;
using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.Training.Optimizers;
using static TorchSharp.torch;

namespace Math4AI.Training.Files;

/// <summary>Where and how often a training is saved, so that it can go on after it was killed.</summary>
/// <param name="Path">One file, safetensors: weights, moments, and the rest as JSON in its header. It is always whole.</param>
public sealed record CheckpointOptions(string Path)
{
    /// <summary>Gets the number of steps between checkpoints; null to go by the time alone.</summary>
    public int? EverySteps { get; init; }

    /// <summary>Gets the number of seconds between checkpoints.</summary>
    public double EverySeconds { get; init; } = 60.0;

    /// <summary>Gets a text of the caller's own that is saved too, such as the command line.</summary>
    public string Note { get; init; } = string.Empty;

    /// <summary>
    /// Gets whether to resume from the file, if it exists. The result has the same bits as without the break.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>Returns the note that was saved in a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or no checkpoint.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string ReadNote(string path)
    {
        Safetensors.Read(path, out IReadOnlyDictionary<string, string> header);
        return header.TryGetValue(Checkpoint.NoteHeader, out string? note) ? note : throw new InvalidDataException($"{path} is no checkpoint of a training.");
    }
}

/// <summary>What a training is in the middle of, beside its arrays.</summary>
/// <param name="Identity">What is trained, on what, and how: only the same training goes on.</param>
/// <param name="Step">The steps taken.</param>
/// <param name="LossSum">The losses since the last evaluation.</param>
/// <param name="LossCount">How many.</param>
/// <param name="History">The evaluations.</param>
/// <param name="BestEpoch">The best of them, 0 for none.</param>
/// <param name="BestLoss">Its loss.</param>
/// <param name="Seconds">The seconds so far.</param>
internal sealed record TrainingState(
    TrainingIdentity Identity,
    int Step,
    double LossSum,
    int LossCount,
    IReadOnlyList<TrainingEpoch> History,
    int BestEpoch,
    double BestLoss,
    double Seconds)
{
    /// <summary>The version of what is saved; the first had none.</summary>
    public const int CurrentVersion = 2;

    /// <summary>Gets the version of what is saved.</summary>
    public int Version { get; init; }
}

/// <summary>Saves and loads a training.</summary>
internal static class Checkpoint
{
    public const string NoteHeader = "math4ai.note";

    private const string Header = "math4ai.training";
    private const string Model = "model.";
    private const string Best = "best.";
    private const string Moment = "moment.";

    /// <summary>Writes beside, and then renames: whoever reads finds the old file or the new one.</summary>
    public static void Save(
        CheckpointOptions options, TrainingState state, nn.Module module, OptimizerRun optimizer, IReadOnlyDictionary<string, NamedArray> best)
    {
        var arrays = new SortedDictionary<string, NamedArray>(StringComparer.Ordinal);
        foreach ((string name, NamedArray array) in ModuleWeights.Read(module))
        {
            arrays[Model + name] = array;
        }

        foreach ((string name, NamedArray array) in best)
        {
            arrays[Best + name] = array;
        }

        for (int i = 0; i < optimizer.States.Count; i++)
        {
            arrays[Moment + i] = new NamedArray([optimizer.States[i].Length], optimizer.States[i]);
        }

        var header = new Dictionary<string, string>
        {
            [NoteHeader] = options.Note,
            [Header] = JsonSerializer.Serialize(state with { Version = TrainingState.CurrentVersion }, CheckpointJson.Default.TrainingState),
        };
        FileTransaction.WriteOne(options.Path, replace: true, partial => Safetensors.Write(partial, arrays, header));
    }

    /// <summary>Puts a training back to where it was saved.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">What is trained now.</param>
    /// <param name="module">Given the weights.</param>
    /// <param name="optimizer">Given the moments.</param>
    /// <returns>The state and the best weights.</returns>
    /// <exception cref="InvalidDataException">The file is damaged, or of another training.</exception>
    public static (TrainingState State, IReadOnlyDictionary<string, NamedArray> Best) Load(
        string path, TrainingIdentity identity, nn.Module module, OptimizerRun optimizer)
    {
        IReadOnlyDictionary<string, NamedArray> arrays = Safetensors.Read(path, out IReadOnlyDictionary<string, string> header);
        TrainingState state = ReadState(path, header);
        if (state.Identity.DifferenceFrom(identity) is { } difference)
        {
            throw new InvalidDataException($"{path} is of another training: {difference}.");
        }

        ModuleWeights.Write(module, arrays, Model, path);
        for (int i = 0; i < optimizer.States.Count; i++)
        {
            if (!arrays.TryGetValue(Moment + i, out NamedArray? moment) || moment.Values.Length != optimizer.States[i].Length)
            {
                throw new InvalidDataException($"{path} is of another training: its moments do not fit.");
            }

            moment.Values.CopyTo(optimizer.States[i], 0);
        }

        optimizer.Steps = state.Step;
        return (state, arrays.Where(array => array.Key.StartsWith(Best, StringComparison.Ordinal))
            .ToDictionary(array => array.Key[Best.Length..], array => array.Value));
    }

    private static TrainingState ReadState(string path, IReadOnlyDictionary<string, string> header)
    {
        try
        {
            if (!header.TryGetValue(Header, out string? text)
                || JsonSerializer.Deserialize(text, CheckpointJson.Default.TrainingState) is not { } state)
            {
                throw new JsonException("no state");
            }

            return state switch
            {
                { Version: not TrainingState.CurrentVersion } => throw new InvalidDataException(
                    $"{path} was saved by {(state.Version < TrainingState.CurrentVersion ? "an earlier" : "a newer")} version of Math4AI.Native: go on with that one, or begin the training anew."),
                { Identity.Settings: not null, History: not null, Step: >= 0 } when state.History.All(epoch => epoch is not null) => state,
                _ => throw new JsonException("incomplete"),
            };
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path} is no checkpoint of a training.", e);
        }
    }
}

/// <summary>JSON without reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, MaxDepth = 16)]
[JsonSerializable(typeof(TrainingState))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
