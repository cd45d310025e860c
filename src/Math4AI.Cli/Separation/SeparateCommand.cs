using System.CommandLine;
using Math4AI.Runtime;
using Math4AI.Separation;
using Math4AI.Separation.Ica;

namespace Math4AI.Cli.Separation;

/// <summary>The options of <c>math4ai separate</c>.</summary>
internal sealed class SeparateCommand
{
    private readonly Argument<string[]> inputs = new("INPUT")
    {
        Description = "One recording of several channels, several mono recordings, or one file of numbers "
            + "(.npy, .npz and .mat: channels × samples; .csv: a column for each channel; .edf, .bdf). Without any: a "
            + "built-in cocktail party.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string?> output = CommonOptions.Output("The folder to write to.", "out");

    private readonly Option<string?> sources = CommonOptions.Named<string?>(
        "--sources", "N",
        "The number of sources; auto to estimate it, by the minimum description length, and in a room by which "
            + "sources rise and fall together. Default: as many as independent channels.");

    private readonly Option<string?> mixing = CommonOptions.Named<string?>(
        "--mixing", "FILE",
        "The mixing matrix if it is known, channels × sources (.npy or .csv): solve for the sources.");

    private readonly Option<string?> method = CommonOptions.Named<string?>(
        "--method", "NAME",
        $"The method: {Methods()}. Default, or auto: {Default(isForRooms: false)}; "
            + $"{Default(isForRooms: true)} where a test finds that the recording comes from a room with echoes.")
        .Completed(() => Separator.Methods.Select(method => method.Name));

    private readonly Option<string?> contrast = CommonOptions.Named<string?>(
        "--contrast", "NAME",
        $"The contrast function of {SeparateOptions.Names(each => each.TakesContrast)}: "
            + $"{string.Join(", ", Contrast.All)}. Default: {Contrast.All[0]}.")
        .Completed(() => Contrast.All.Select(contrast => contrast.Name));

    private readonly Option<int?> subsample = CommonOptions.Named<int?>(
        "--subsample", "N",
        "The maximum number of samples in which "
            + $"{SeparateOptions.Names(each => each.TakesSearchSamples)} searches all directions, before it goes "
            + "on with all samples. Default: 10000.");

    private readonly Option<string?> start = CommonOptions.Named<string?>(
        "--start", "FILE",
        "An unmixing matrix to begin with, sources × channels (.npy or .csv), such as that of a "
            + $"similar recording; for {SeparateOptions.Names(each => each.TakesStart)}.");

    private readonly Option<string?> memory = CommonOptions.Named<string?>(
        "--memory", "BYTES",
        "The memory that the samples may take, such as 512M. What needs more is read from its files "
            + "block by block, in every pass. Default: sound is read into memory, and an array stays in its file.");

    private readonly Option<int?> stability = CommonOptions.Named<int?>(
        "--stability", "N",
        "The number of bootstrap resamples to separate, which shows how reliably each source is "
            + "found.");

    private readonly Option<bool> room = new("--room") { Description = "The recording comes from a room with echoes." };

    private readonly Option<bool> more = new("--more-than-microphones")
    {
        Description = "Separate more sources than microphones, by masks that leave gaps and remains of each other; "
            + "--sources says how many.",
    };

    private readonly Option<bool> linear = new("--linear")
    {
        Description = "For rooms: leave the sources as filters that do not change over time give them, with what "
            + "remains of noise and of each other.",
    };

    private readonly Option<int?> window = CommonOptions.Named<int?>(
        "--window", "N",
        "For rooms: the long window in samples, a power of two. Default: about half a second.");

    private readonly Option<int> microphone = CommonOptions.Named<int>(
        "--reference-mic", "N", "For rooms: the microphone at which the sources are reconstructed, from 1.", 1);

    private readonly Option<string> format = CommonOptions.Named<string>(
        "--format", "NAME",
        $"The format of the sources: {string.Join(", ", SeparateOptions.Formats.Keys)}, or input for "
            + "that of the input.",
        "float32").Completed(() => SeparateOptions.Formats.Keys);

    public static Command Create() => new SeparateCommand().Build();

    private Command Build()
    {
        var command = new Command(
            "separate",
            "Separate mixed signals into their sources, one file each.\n\nExamples:\n"
            + "  math4ai separate left.wav middle.wav right.wav -o voices\n"
            + "  math4ai separate measurements.npy --method fastica -o sources\n"
            + "  math4ai separate party.wav --mixing A.csv -o known")
        {
            inputs, output, sources, mixing, method, contrast, subsample, start, memory, stability, room,
            more, linear, window, microphone,
            CommonOptions.Seed, format, CommonOptions.Json, CommonOptions.NoReport, CommonOptions.Force,
        };
        command.SetAction((words, cancellation) =>
        {
            SeparateOptions options = Read(words);
            options.Check();
            Task<int> job = Task.Run(() => SeparateJob.Run(options, cancellation), cancellation);
            if (options.Inputs.All(File.Exists))
            {
                LoadMkl();
            }

            return job;
        });
        return command;
    }

    /// <summary>
    /// Loads MKL, which every separation needs, for a tenth of a second and more, while the job reads: by the first
    /// thread, since on any other the C library asks the system for each page of what libtorch allocates. A process
    /// does not end while a library is half loaded.
    /// </summary>
    private static void LoadMkl()
    {
        // Where that fails, linear algebra is managed.
        _ = Compute.Provider == LinearAlgebraBackend.Mkl && Compute.HasMkl;
    }

    private SeparateOptions Read(ParseResult words) => new()
    {
        Inputs = [.. (words.GetValue(inputs) ?? []).Select(SharedRun.SamplesOf)],
        Output = words.GetValue(output)!,
        Sources = SeparateOptions.Count(words.GetValue(sources)),
        IsCountOpen = words.GetValue(sources) == SeparateOptions.Auto,
        MixingFile = words.GetValue(mixing),
        Method = words.GetValue(method) is { } named && named != SeparateOptions.Auto ? named : null,
        Contrast = words.GetValue(contrast),
        Memory = SeparateOptions.Bytes(words.GetValue(memory)),
        Subsample = words.GetValue(subsample),
        StartFile = words.GetValue(start),
        Stability = words.GetValue(stability),
        Room = words.GetValue(room),
        MoreThanMicrophones = words.GetValue(more),
        IsLinear = words.GetValue(linear),
        Window = words.GetValue(window),
        ReferenceMicrophone = words.GetValue(microphone),
        Seed = words.GetValue(CommonOptions.Seed),
        Format = words.GetValue(format)!,
        Json = words.GetValue(CommonOptions.Json),
        NoReport = words.GetValue(CommonOptions.NoReport),
        Force = words.GetValue(CommonOptions.Force),
    };

    private static string Methods() =>
        string.Join("; ", Separator.Methods.Select(method => $"{method} ({method.Summary})"));

    private static SeparationMethod Default(bool isForRooms) =>
        Separator.Methods.First(method => method.IsForRooms == isForRooms);
}
