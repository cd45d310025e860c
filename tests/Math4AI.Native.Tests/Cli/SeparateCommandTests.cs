using System.Diagnostics;
using System.Text.Json;
using Math4AI.Audio;
using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Cli;

public class SeparateCommandTests : TemporaryFolder
{
    private Finished Separate(params string[] arguments) =>
        Repository.Ask(["separate", .. arguments], Folder);

    private static void RefusedInOneLine(Finished finished, int code, params string[] words)
    {
        Assert.True(finished.Code == code, $"code {finished.Code}: {finished.Output}{finished.Errors}");
        string line = Assert.Single(finished.Errors.TrimEnd().Split('\n'));
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
        Assert.Empty(finished.Output);
    }

    private void SaveParty()
    {
        Recording party = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing).Slice(0, 100_000);
        party.Save(In("party.wav"));
        for (int channel = 0; channel < 3; channel++)
        {
            party.Only(channel).Save(In($"{channel + 1}.wav"));
        }
    }

    [Fact]
    public void Without_arguments_the_party_is_separated_and_everything_is_written()
    {
        Finished done = Separate();
        Assert.True(done.Code == 0, done.Errors);
        // In a pipe there is no progress and no color.
        Assert.Empty(done.Errors);
        Assert.DoesNotContain('\u001b', done.Output);
        Assert.DoesNotContain('\r', done.Output);
        Assert.Equal(
            ["mean.npy", "mixing.npy", "report.html", "result.json", "source-1.wav", "source-2.wav", "source-3.wav",
                "unmixing.npy"],
            Directory.GetFiles(In("out")).Select(Path.GetFileName).Order());

        Recording source = Recording.Read(In("out/source-1.wav"));
        Assert.Equal((1, 48000, 480_000), (source.Channels, source.SampleRate, source.Length));
        Matrix<double> unmixing = MatrixFile.Read(In("out/unmixing.npy"));
        Matrix<double> mean = MatrixFile.Read(In("out/mean.npy"));
        Recording heard = CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing);
        double expected = Enumerable.Range(0, 3).Sum(c => unmixing[0, c] * (heard.Channel(c)[12_345] - mean[c, 0]));
        Assert.Equal(expected, source.Channel(0)[12_345], 1e-6);
        Assert.Equal(
            0.0, (unmixing * MatrixFile.Read(In("out/mixing.npy")) - Matrix<double>.Build.DenseIdentity(3))
                .FrobeniusNorm(), 1e-10);
    }

    [Fact]
    public void Json_on_the_screen_is_the_result_file_with_the_promised_members()
    {
        Finished done = Separate("--json", "--no-report", "-o", "x");
        Assert.Equal(File.ReadAllText(In("x/result.json")), done.Output);
        JsonElement result = JsonDocument.Parse(done.Output).RootElement;
        Assert.Equal("mi", result.GetProperty("method").GetString());
        Assert.True(result.GetProperty("converged").GetBoolean());
        Assert.Equal("Converged", result.GetProperty("termination").GetString());
        Assert.True(result.GetProperty("iterations").GetInt32() > 1);
        Assert.InRange(result.GetProperty("conditionNumber").GetDouble(), 1.0, 5.0);
        Assert.Equal(
            ["read", "whiten", "solve", "apply", "write"],
            result.GetProperty("secondsPerStage").EnumerateObject().Select(stage => stage.Name));
        Assert.False(File.Exists(In("x/report.html")));
    }

    [Fact]
    public void The_same_seed_gives_the_same_files()
    {
        Separate("-o", "a", "--no-report", "--seed", "5");
        Separate("-o", "b", "--no-report", "--seed", "5");
        foreach (string name in new[] { "source-1.wav", "source-2.wav", "source-3.wav", "unmixing.npy" })
        {
            Assert.Equal(File.ReadAllBytes(In($"a/{name}")), File.ReadAllBytes(In($"b/{name}")));
        }
    }

    [Fact]
    public void One_file_of_three_channels_and_three_mono_files_are_the_same_mixture()
    {
        SaveParty();
        Assert.Equal(0, Separate("party.wav", "-o", "a", "--no-report").Code);
        Assert.Equal(0, Separate("1.wav", "2.wav", "3.wav", "-o", "b", "--no-report").Code);
        Assert.Equal(File.ReadAllBytes(In("a/source-2.wav")), File.ReadAllBytes(In("b/source-2.wav")));
    }

    [Fact]
    public void A_known_mixing_gives_the_true_sources()
    {
        SaveParty();
        File.WriteAllText(In("mixing.csv"), "0.7,0.2,0.1\n0.1,0.8,0.2\n0.03,0.1,0.5\n");
        Finished done = Separate("party.wav", "--mixing", "mixing.csv", "--no-report");
        Assert.True(done.Code == 0, done.Errors);
        Assert.Contains("solved directly", done.Output, StringComparison.Ordinal);
        Recording truth = CocktailParty.Sources(1);
        Recording found = Recording.Read(In("out/source-3.wav"));
        Assert.All(Enumerable.Range(0, 1000), i =>
            Assert.Equal(truth.Channel(2)[50 * i], found.Channel(0)[50 * i], 1e-5));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_array_gives_an_array_of_its_own_precision(bool isDouble)
    {
        Matrix<double> mixture = Separation.Mixtures.Laplace(20_000, 2, 1) * CocktailParty.Mixing.SubMatrix(0, 2, 0, 2);
        using (var writer = new NpyWriter(In("y.npy"), 2, 20_000, isDouble))
        {
            writer.Write(0, 20_000, mixture.ToColumnMajorArray());
        }

        Finished done = Separate("y.npy", "--method", "fastica");
        Assert.True(done.Code == 0, done.Errors);
        using var sources = new NpySource(In("out/sources.npy"));
        Assert.Equal((2, 20_000L, isDouble), (sources.Channels, sources.Length, sources.Epsilon < 1e-10));
        double[] x = new double[40_000];
        sources.Read(0, 20_000, x);
        Assert.Equal(1.0, x.Take(20_000).Sum(v => v * v) / 20_000, 1e-5);
        Assert.Equal(0.0, x.Take(20_000).Zip(x.Skip(20_000), (a, b) => a * b).Sum() / 20_000, 1e-5);
        Assert.DoesNotContain("<audio", File.ReadAllText(In("out/report.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("party.wav")]
    [InlineData("1.wav", "2.wav", "3.wav")]
    public void Sound_in_memory_and_sound_that_stays_in_its_files_give_the_same_sources(params string[] files)
    {
        SaveParty();
        Finished inMemory = Separate([.. files, "-o", "memory", "--no-report"]);
        Finished inFiles = Separate([.. files, "-o", "files", "--memory", "1M"]);
        Assert.True(inMemory.Code == 0 && inFiles.Code == 0, inMemory.Errors + inFiles.Errors);
        Matrix<double> expected = MatrixFile.Read(In("memory/unmixing.npy"));
        Assert.Equal(0.0, (MatrixFile.Read(In("files/unmixing.npy")) - expected).FrobeniusNorm()
            / expected.FrobeniusNorm(), 1e-10);
        Recording one = Recording.Read(In("memory/source-2.wav")), other = Recording.Read(In("files/source-2.wav"));
        Assert.Equal((one.Length, one.SampleRate), (other.Length, other.SampleRate));
        Assert.All(Enumerable.Range(0, one.Length), i => Assert.Equal(one.Channel(0)[i], other.Channel(0)[i], 1e-6f));
        Assert.True(File.Exists(In("files/report.html")));
        RefusedInOneLine(Separate("nothing.wav", "--memory", "1M", "-o", "x"), 1, "nothing.wav");
    }

    [Fact]
    public void An_array_in_memory_and_one_that_stays_in_its_file_give_the_same_unmixing()
    {
        Matrix<double> mixture = Separation.Mixtures.Laplace(60_000, 2, 1) * CocktailParty.Mixing.SubMatrix(0, 2, 0, 2);
        using (var writer = new NpyWriter(In("y.npy"), 2, 60_000, isDouble: true))
        {
            writer.Write(0, 60_000, mixture.ToColumnMajorArray());
        }

        string[] limits = ["1K", "512M"];
        Matrix<double>[] found = [.. limits.Select(limit =>
        {
            Finished done = Separate("y.npy", "--memory", limit, "--force", "--no-report", "--subsample", "5000");
            Assert.True(done.Code == 0, done.Errors);
            return MatrixFile.Read(In("out/unmixing.npy"));
        })];
        Assert.Equal(0.0, (found[0] - found[1]).FrobeniusNorm(), 1e-10 * found[0].FrobeniusNorm());
        Assert.Equal(2, Separate("y.npy", "--memory", "plenty").Code);
        Assert.Equal(2, Separate("y.npy", "--method", "ml", "--contrast", "cube").Code);
        Assert.Equal(2, Separate("y.npy", "--subsample", "10").Code);
    }

    [Theory]
    [InlineData("flac", "source-1.flac")]
    [InlineData("pcm16", "source-1.wav")]
    [InlineData("input", "source-1.flac")]
    public void Sources_can_be_written_in_other_formats(string format, string name)
    {
        CocktailParty.Mix(CocktailParty.Sources(1), CocktailParty.Mixing).Slice(0, 50_000)
            .Save(In("party.flac"), new AudioFormat(AudioContainer.Flac, AudioEncoding.Pcm16));
        Assert.Equal(0, Separate("party.flac", "--format", format, "--no-report").Code);
        Assert.Equal(50_000, Recording.Read(In("out/" + name)).Length);
    }

    [Fact]
    public void Files_that_are_there_are_kept_without_force()
    {
        Directory.CreateDirectory(In("out"));
        File.WriteAllText(In("out/result.json"), "mine");
        RefusedInOneLine(Separate(), 1, "result.json", "--force");
        Assert.Equal("mine", File.ReadAllText(In("out/result.json")));
    }

    [Fact]
    public void A_second_run_with_force_replaces_what_is_there_and_leaves_nothing_of_the_first()
    {
        SaveParty();
        File.WriteAllText(In("notes.txt"), "mine");
        Assert.Equal(0, Separate("party.wav", "-o", "x").Code);
        File.WriteAllText(In("x/notes.txt"), "mine");
        File.WriteAllText(In("x/result.json"), "mine");
        Assert.Equal(
            0, Separate("party.wav", "-o", "x", "--sources", "2", "--force", "--no-report", "--format", "flac").Code);
        Assert.Equal(
            ["mean.npy", "mixing.npy", "notes.txt", "result.json", "source-1.flac", "source-2.flac", "unmixing.npy"],
            Directory.GetFiles(In("x")).Select(Path.GetFileName).Order());
        Assert.NotEqual("mine", File.ReadAllText(In("x/result.json")));
    }

    [Fact]
    public void A_folder_in_a_files_place_is_refused_and_nothing_is_written()
    {
        Directory.CreateDirectory(In("x/mixing.npy"));
        RefusedInOneLine(Separate("-o", "x", "--force", "--no-report"), 1, "mixing.npy", "folder");
        Assert.Empty(Directory.GetFiles(In("x")));
    }

    [Fact]
    public void Bad_files_are_refused_by_name_and_nothing_is_written()
    {
        SaveParty();
        File.WriteAllText(In("text.wav"), "only words");
        File.WriteAllText(In("empty.wav"), string.Empty);
        File.WriteAllBytes(In("cut.wav"), File.ReadAllBytes(In("party.wav"))[..80]);
        File.WriteAllText(In("bad.npy"), "no array");
        File.WriteAllText(In("singular.csv"), "1,2,3\n2,4,6\n1,1,1\n");
        File.WriteAllText(In("words.csv"), "1,2,3\n4,five,6\n7,8,9\n");
        RefusedInOneLine(Separate("missing.wav"), 1, "missing.wav", "no such file");
        RefusedInOneLine(Separate("text.wav"), 1, "text.wav", "without a line of numbers");
        RefusedInOneLine(Separate("1.wav", "empty.wav"), 1, "empty.wav", "empty");
        RefusedInOneLine(Separate("cut.wav"), 1, "cut.wav", "not an audio file");
        File.WriteAllBytes(In("image.png"), [0x89, .. "PNG"u8, 13, 10, 26, 10, 0, 0, 0, 13]);
        RefusedInOneLine(Separate("image.png"), 1, "image.png", ".wav", ".npy", ".csv", ".edf", ".mat");
        RefusedInOneLine(Separate("bad.npy"), 1, "bad.npy", "without a line of numbers");
        RefusedInOneLine(Separate("missing.npy"), 1, "missing.npy");
        RefusedInOneLine(Separate("party.wav", "--mixing", "singular.csv"), 1, "condition number");
        RefusedInOneLine(Separate("party.wav", "--mixing", "words.csv"), 1, "words.csv, line 2, column 2");
        RefusedInOneLine(Separate("1.wav", "2.wav", "--sources", "3"), 1, "3 sources", "2 channels");
        Assert.False(Directory.Exists(In("out")));
    }

    [Fact]
    public void A_value_that_is_not_finite_is_named()
    {
        double[] values = Separation.Mixtures.Laplace(1000, 2, 1).ToColumnMajorArray();
        values[1500] = double.NaN;
        using (var writer = new NpyWriter(In("nan.npy"), 2, 1000, isDouble: true))
        {
            writer.Write(0, 1000, values);
        }

        RefusedInOneLine(Separate("nan.npy"), 1, "Sample 501 of channel 2");
    }

    [Theory]
    [InlineData("there is no method", "--method", "magic")]
    [InlineData("--nonsense", "--nonsense")]
    [InlineData("--sources", "--sources", "0")]
    [InlineData("whole number", "--sources", "two")]
    [InlineData("whole number", "--seed", "1.5")]
    [InlineData("-x", "-x")]
    [InlineData("empty", "")]
    [InlineData("empty", "-o", "")]
    [InlineData("format", "--format", "mp3")]
    [InlineData("--mixing", "--mixing", "m.csv", "--sources", "2")]
    [InlineData(".npy", "a.npy", "b.wav")]
    public void Wrong_words_end_with_code_2_and_one_line(string word, params string[] arguments)
    {
        Finished finished = Separate(arguments);
        Assert.Equal(2, finished.Code);
        Assert.Contains(word, Assert.Single(finished.Errors.TrimEnd().Split('\n')), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Help_shows_an_example()
    {
        Finished help = Separate("--help");
        Assert.Equal(0, help.Code);
        Assert.Contains("math4ai separate left.wav", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_said_and_leaves_nothing()
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "There is no bash to set a limit with.");

        // A limit of 500 blocks of 1024 bytes, without the signal; the runtime's own large mapping is switched off for
        // it.
        Finished full = Repository.Run(
            "/bin/bash",
            ["-c", $"trap '' XFSZ; ulimit -f 500; exec '{Repository.Command}' separate --no-report"],
            Folder,
            ("DOTNET_EnableWriteXorExecute", "0"));
        Assert.Equal(1, full.Code);
        Assert.Contains("No space is left", full.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain(".partial", full.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("out")));
    }

    [Fact]
    public void An_interrupt_stops_the_work_and_leaves_nothing()
    {
        using (var writer = new NpyWriter(In("large.npy"), 3, 30_000_000, isDouble: false))
        {
            double[] block = Separation.Mixtures.Laplace(1_000_000, 3, 1).ToColumnMajorArray();
            for (int i = 0; i < 30; i++)
            {
                writer.Write(i * 1_000_000L, 1_000_000, block);
            }
        }

        using Process process = Repository.Start(Repository.Command, ["separate", "large.npy", "--no-report"], Folder);
        Signals.WaitFor(Folder, process, () => Directory.Exists(In("out")));
        Signals.Send(process, Signals.Interrupt);
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        Assert.Single(process.StandardError.ReadToEnd().Split("nothing was written")[1..]);
        Assert.Equal(["large.npy"], Names());
    }

    [Theory]
    [InlineData(Signals.Interrupt, true)]
    [InlineData(Signals.Interrupt, false)]
    [InlineData(Signals.Terminate, false)]
    [InlineData(Signals.Hangup, false)]
    public void A_signal_while_a_pipe_is_silent_ends_the_command_and_leaves_nothing(
        int signal, bool isIgnoredByTheShell)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "There is no bash to ignore a signal with.");
        string ignored = isIgnoredByTheShell ? "trap '' INT; " : string.Empty;
        using Process process = Repository.Start(
            "/bin/bash", ["-c", $"{ignored}{Signals.ExecWithHangup} '{Repository.Command}' separate -"], Folder);

        // More than a pipe holds: when all of it is written, the command reads.
        SaveParty();
        byte[] begun = File.ReadAllBytes(In("party.wav"))[..500_000];
        process.StandardInput.BaseStream.Write(begun);
        process.StandardInput.BaseStream.Flush();
        Signals.Send(process, signal);
        process.WaitForExit();
        Assert.Equal(1, process.ExitCode);
        Assert.Single(process.StandardError.ReadToEnd().Split("nothing was written")[1..]);
        Assert.False(Directory.Exists(In("out")));
    }

    [Fact]
    public void A_recording_from_a_room_is_told_and_separated_as_one()
    {
        Finished done = Separate(Repository.Data("rooms", "room-2x2-rt150", "mixture.wav"), "--json");
        Assert.True(done.Code == 0, done.Errors);
        JsonElement result = JsonDocument.Parse(done.Output).RootElement;
        Assert.Equal("room", result.GetProperty("model").GetString());
        Assert.Equal("auxiva", result.GetProperty("method").GetString());
        Assert.True(result.GetProperty("roomStatistic").GetDouble() > 0.14);
        Assert.Equal(["report.html", "result.json", "source-1.wav", "source-2.wav"],
            Directory.GetFiles(In("out")).Select(path => Path.GetFileName(path)!).Order());
        Assert.Contains("<audio", File.ReadAllText(In("out/report.html")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--window", "--room", "--window", "1000")]
    [InlineData("--reference-mic", "--room", "--reference-mic", "0")]
    [InlineData("auxiva", "--room", "--method", "mi")]
    public void A_room_with_words_that_do_not_suit_it_is_wrong_usage(string says, params string[] words)
    {
        Finished done = Separate(words);
        Assert.Equal(2, done.Code);
        Assert.Contains(says, done.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void The_number_of_sources_is_found_where_it_is_asked_for()
    {
        Matrix<double> sources = Separation.Mixtures.Laplace(20_000, 2, 1);
        Matrix<double> mixing = Matrix<double>.Build.DenseOfRowArrays([1.0, 0.4], [0.3, -1.0], [0.8, 0.9], [-0.5, 0.7]);
        Matrix<double> noise = Separation.Mixtures.Laplace(20_000, 4, 2) * 0.05;
        using (var writer = new NpyWriter(In("y.npy"), 4, 20_000, isDouble: true))
        {
            writer.Write(0, 20_000, (sources * mixing.Transpose() + noise).ToColumnMajorArray());
        }

        Finished done = Separate("y.npy", "--sources", "auto", "--no-report", "--json");
        Assert.True(done.Code == 0, done.Errors);
        Assert.Equal(2, JsonDocument.Parse(done.Output).RootElement.GetProperty("sources").GetInt32());
    }
}
