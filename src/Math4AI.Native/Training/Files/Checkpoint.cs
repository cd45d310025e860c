using System.Text.Json;
using System.Text.Json.Serialization;
using Math4AI.Data;
using Math4AI.Data.Arrays;
using Math4AI.Runtime;
using Math4AI.Training.Optimizers;
using static TorchSharp.torch;

namespace Math4AI.Training.Files;

/// <summary>Where and how often a training is saved, so that it can go on after it was killed.</summary>
/// <param name="Path">
/// One file, safetensors: weights, moments, and the rest as JSON in its header. It is always whole.
/// </param>
public sealed record CheckpointOptions(string Path)
{
    /// <summary>Gets the number of steps between checkpoints; null to go by the time alone.</summary>
    public int? EverySteps { get; init => field = Setting.AtLeast(value, 1); }

    /// <summary>Gets the number of seconds between checkpoints.</summary>
    public double EverySeconds { get; init => field = Setting.AtLeast(value, 0.0); } = 60.0;

    /// <summary>Gets a text of the caller's own that is saved too, such as the command line.</summary>
    public string Note { get; init; } = string.Empty;

    /// <summary>
    /// Gets whether to resume from the file, if it exists. The result has the same bits as without the break.
    /// </summary>
    public bool Resume { get; init; }

    /// <summary>
    /// Gets whether a resumed training may have more epochs or steps than the one that was saved. From there on it
    /// follows its schedule as one of the new length does: a schedule that falls to 0 at the end rises again, which
    /// <see cref="TrainingResult.Warnings"/> says.
    /// </summary>
    public bool Extend { get; init; }

    /// <summary>Returns the note that was saved in a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or no checkpoint.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string ReadNote(string path)
    {
        Safetensors.Read(path, out IReadOnlyDictionary<string, string> header);
        return header.TryGetValue(Checkpoint.NoteHeader, out string? note)
            ? note
            : throw new InvalidDataException($"{path} is no checkpoint of a training.");
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
    public const int CurrentVersion = 4;

    /// <summary>Gets the version of what is saved.</summary>
    public int Version { get; init; }

    /// <summary>
    /// Gets the validation loss of the saved weights, where there was no evaluation before; otherwise null.
    /// </summary>
    public double? FirstLoss { get; init; }

    /// <summary>Gets the number of steps that the training was to take in all.</summary>
    public int Planned { get; init; }
}

/// <summary>Saves and loads a training.</summary>
internal static class Checkpoint
{
    public const string NoteHeader = "math4ai.note";

    public const string Header = "math4ai.training";
    public const string Model = "model.";
    public const string Best = "best.";

    private const string Optimizer = "optimizer.";

    /// <summary>Writes beside, and then renames: whoever reads finds the old file or the new one.</summary>
    public static void Save(
        CheckpointOptions options, TrainingState state, nn.Module module, OptimizerRun optimizer, ModuleState? best)
    {
        using ModuleState now = ModuleState.Of(module);
        var header = new Dictionary<string, string>
        {
            [NoteHeader] = options.Note,
            [Header] = JsonSerializer.Serialize(
                state with { Version = TrainingState.CurrentVersion }, CheckpointJson.Default.TrainingState),
        };
        IEnumerable<(string, RawArray)> arrays =
            now.Arrays(Model).Concat(best?.Arrays(Best) ?? []).Concat(optimizer.States.Select(
            pair => (Optimizer + pair.Key, pair.Value is double[] wide
                ? RawArray.Of([wide.Length], wide)
                : RawArray.Of([pair.Value.Length], (float[])pair.Value))));
        FileTransaction.WriteOne(
            options.Path, replace: true, partial => Safetensors.Write(partial, arrays, header), isDurable: true);
    }

    /// <summary>Reads a training; nothing is changed by it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="identity">What is trained now.</param>
    /// <param name="mayBeLonger">Whether it may have more steps than what was saved.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or of another training.</exception>
    public static Saved Load(string path, TrainingIdentity identity, bool mayBeLonger)
    {
        IReadOnlyDictionary<string, (string Type, long[] Shape, byte[] Bytes)> arrays =
            Safetensors.ReadRaw(path, out IReadOnlyDictionary<string, string> header);
        TrainingState state = ReadState(path, header);
        if (state.Identity.DifferenceFrom(identity, mayBeLonger) is { } difference)
        {
            throw new InvalidDataException($"{path} is of another training: {difference}.");
        }

        ModuleState Part(string prefix)
        {
            using var scope = NewDisposeScope();
            return new ModuleState(
                arrays.Where(array => array.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(
                array => array.Key[prefix.Length..],
                array => TensorArrays.ToTensor(array.Value).DetachFromDisposeScope()));
        }

        return new Saved(path, state with
        {
            Identity = identity,
        }, Part(Model), state.BestEpoch > 0 ? Part(Best) : null, arrays);
    }

    /// <summary>What a checkpoint holds.</summary>
    internal sealed record Saved(
        string Path,
        TrainingState State,
        ModuleState Model,
        ModuleState? Best,
        IReadOnlyDictionary<string, (string Type, long[] Shape, byte[] Bytes)> Arrays)
    {
        /// <summary>Checks that a module and its optimizer can be given what was saved.</summary>
        /// <exception cref="InvalidDataException">They cannot.</exception>
        public void Require(nn.Module module, OptimizerRun optimizer)
        {
            if ((Model.DifferenceFrom(module) ?? Best?.DifferenceFrom(module)) is { } difference)
            {
                throw new InvalidDataException($"{Path} is of another training: {difference}.");
            }

            foreach ((string name, Array array) in optimizer.States)
            {
                if (!Arrays.TryGetValue(Optimizer + name, out (string Type, long[] Shape, byte[] Bytes) saved)
                    || saved.Bytes.Length != Buffer.ByteLength(array))
                {
                    throw new InvalidDataException(
                        $"{Path} is of another training: what the optimizer remembers ('{name}') does not fit.");
                }
            }
        }

        /// <summary>Gives a module and its optimizer what was saved.</summary>
        public void Give(nn.Module module, OptimizerRun optimizer)
        {
            Model.WriteTo(module);
            foreach ((string name, Array array) in optimizer.States)
            {
                byte[] saved = Arrays[Optimizer + name].Bytes;
                Buffer.BlockCopy(saved, 0, array, 0, saved.Length);
            }

            optimizer.Steps = State.Step;
        }
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
                    $"{path} was saved by {(state.Version < TrainingState.CurrentVersion ? "an earlier" : "a newer")} "
                    + "version of Math4AI.Native: go on with that one, or begin the training anew."),
                {
                    Identity.Settings: not null, History: not null,
                    Step: >= 0
                } when state.History.All(epoch => epoch is not null) => state,
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
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, MaxDepth = 16)]
[JsonSerializable(typeof(TrainingState))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
