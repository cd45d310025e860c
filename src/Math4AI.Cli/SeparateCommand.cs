using System.CommandLine;

namespace Math4AI.Cli;

/// <summary><c>math4ai separate</c>: its words.</summary>
internal static class SeparateCommand
{
    public static Command Create()
    {
        var inputs = new Argument<string[]>("INPUT")
        {
            Description = "One recording of several channels, several mono recordings, or one .npy array "
                + "(channels × samples). Without one: a built-in cocktail party.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string?> output = CommonOptions.Output("The folder to write to.", "out");
        var sources = new Option<string?>("--sources")
        {
            Description = "How many sources to look for; auto for as many as stand out of noise, by their description length. "
                + "Default: as many as channels.",
        };
        var mixing = new Option<string?>("--mixing")
        {
            Description = "The known mixing matrix, channels × sources (.csv or .npy): solve for the sources.",
        };
        var method = new Option<string?>("--method")
        {
            Description = $"How to separate blindly: {string.Join(", ", SeparateOptions.Methods.Keys)}, or {string.Join(", ", SeparateOptions.RoomMethods.Keys)} "
                + "for rooms. Default, or auto: mi; for a recording with echoes, which a test tells, auxiva.",
        };
        var contrast = new Option<string?>("--contrast")
        {
            Description = $"The contrast of fastica: {string.Join(", ", SeparateOptions.Contrasts.Keys)}.",
        };
        var subsample = new Option<int?>("--subsample")
        {
            Description = "The most samples in which mi looks for the directions of the sources, before all are used. Default: 10000.",
        };
        var start = new Option<string?>("--start")
        {
            Description = "An unmixing to begin at, sources × channels (.npy or .csv), such as that of a similar recording; for mi, ml and fastica.",
        };
        var memory = new Option<string?>("--memory")
        {
            Description = "The most memory that the samples may take, such as 512M; what needs more is read from its files block by "
                + "block, in every pass. Default: sound is taken into memory, and a .npy array stays in its file.",
        };
        var stability = new Option<int?>("--stability")
        {
            Description = "Separate so many samples drawn again, and say how surely each source is found.",
        };
        var room = new Option<bool>("--room") { Description = "The recording comes from a room with echoes." };
        var window = new Option<int?>("--window") { Description = "For rooms: the long window in samples, a power of two." };
        var microphone = new Option<int>("--reference-mic")
        {
            Description = "For rooms: the channel whose hearing of the sources is written.",
            DefaultValueFactory = _ => 1,
        };
        var format = new Option<string>("--format")
        {
            Description = $"How to write the sources: {string.Join(", ", SeparateOptions.Formats.Keys)}, or input for the "
                + "input's own format.",
            DefaultValueFactory = _ => "float32",
        };

        var command = new Command(
            "separate",
            "Separate mixed signals: sources in, one file each out.\n\nExample:\n"
            + "  math4ai separate left.wav middle.wav right.wav -o voices")
        {
            inputs, output, sources, mixing, method, contrast, subsample, start, memory, stability, room, window, microphone,
            CommonOptions.Seed, format, CommonOptions.Json, CommonOptions.NoReport, CommonOptions.Force,
        };
        command.SetAction((words, cancellation) =>
        {
            var options = new SeparateOptions
            {
                Inputs = words.GetValue(inputs) ?? [],
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
                Window = words.GetValue(window),
                ReferenceMicrophone = words.GetValue(microphone),
                Seed = words.GetValue(CommonOptions.Seed),
                Format = words.GetValue(format)!,
                Json = words.GetValue(CommonOptions.Json),
                NoReport = words.GetValue(CommonOptions.NoReport),
                Force = words.GetValue(CommonOptions.Force),
            };
            options.Check();
            return Task.Run(() => SeparateJob.Run(options, cancellation), cancellation);
        });
        return command;
    }
}
