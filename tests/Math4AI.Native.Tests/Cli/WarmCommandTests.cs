using System.Text;
using System.Text.RegularExpressions;
using Math4AI.Audio;

namespace Math4AI.Tests.Cli;

/// <summary>What <see cref="Repository.Ask(string[], string, ValueTuple{string, string}[])"/> rests on.</summary>
public sealed partial class WarmCommandTests : TemporaryFolder
{
    /// <summary>
    /// All verbs, which use what those before them have written; the last ones end with 1 or 2.
    /// </summary>
    private static readonly string[] Lines =
    [
        "mix a.wav b.wav --rt60 0.1 --microphones 2 --seed 7",
        "separate party.wav -o voices --json",
        "stream party.wav -o live.wav",
        "fit x.csv --model x3~a*x1+b*x2 -o law --json",
        "predict law x.csv",
        "train x.csv --target kind --model mlp --epochs 3 -o network --json",
        "predict network x.csv -o predicted.csv",
        "explore x.csv -o explored",
        "information x.csv -o depends --json",
        "cluster x.csv -k 2 -o groups",
        "map x.csv --color kind -o map",
        "encode x.csv --size 1 --epochs 2 -o code --json",
        "train --text t.txt --steps 3 --batch 4 --layers 1 --width 32 -o text --json",
        "generate text --prompt abc --length 30",
        "words t.txt -o v.txt --min-count 1 --method skip-gram --epochs 1 --dimensions 3",
        "words v.txt --near ship --json",
        "texts t.txt --topics 2 --near sea",
        "devices",
        "bench gemm --sizes 8 --json",
        "doctor --no-speed --json",
        "completion bash",
        "manual",
        "--version",
        "help fit",
        "train --help",
        "separate party.wav -o voices",
        "fit x.csv --model x3~a*none",
        "predict law none.csv",
        "sepaate x.csv",
        "cluster x.csv -k two",
    ];

    [Fact]
    public void A_process_that_has_carried_out_others_says_and_writes_what_one_of_its_own_does()
    {
        string[] folders = [In("own"), In("shared")];
        Array.ForEach(folders, WriteInputs);
        List<string> differences = [];
        foreach (string line in Lines)
        {
            string[] words = line.Split(' ');
            Finished own = Repository.Run(Repository.Command, words, folders[0], Repository.OneThread);
            Finished shared = Repository.Ask(words, folders[1], Repository.OneThread);
            differences.AddRange(Differences($"{line}: code", $"{own.Code}", $"{shared.Code}"));
            differences.AddRange(Differences($"{line}: output", own.Output, shared.Output));
            string errors = shared.Errors.Replace(folders[1], folders[0], StringComparison.Ordinal);
            differences.AddRange(Differences($"{line}: errors", own.Errors, errors));
        }

        Assert.Equal(Files(folders[0]), Files(folders[1]));
        foreach (string file in Files(folders[0]))
        {
            // A byte is a letter.
            string[] texts =
                [.. folders.Select(folder => File.ReadAllText(Path.Combine(folder, file), Encoding.Latin1))];
            differences.AddRange(Differences(file, texts[0], texts[1]));
        }

        Assert.Empty(differences);
    }

    [Fact]
    public void What_a_command_line_changes_for_its_process_does_not_stay_for_the_next()
    {
        string[] doctor = ["doctor", "--json", "--no-speed"];
        Finished three = Repository.Ask([.. doctor, "--threads", "3"], Repository.OneThread);
        Assert.Contains("\"threads\": 3,", three.Output, StringComparison.Ordinal);
        Finished one = Repository.Ask(doctor, Repository.OneThread);
        Assert.Contains("\"threads\": 1,", one.Output, StringComparison.Ordinal);
    }

    /// <summary>
    /// The first line that differs, if there is one, but for numbers that say how long something took.
    /// </summary>
    private static IEnumerable<string> Differences(string what, string own, string shared) =>
        WithoutTimes(what, own).Split('\n').Zip(WithoutTimes(what, shared).Split('\n'))
            .Where(line => line.First != line.Second)
            .Select(line => $"{what}: {line.First} / {line.Second}")
            .Concat(own.Count('\n') == shared.Count('\n') ? [] : [$"{what}: another number of lines"])
            .Take(1);

    private static void WriteInputs(string folder)
    {
        Directory.CreateDirectory(folder);
        Recording sources = CocktailParty.Sources(1);
        CocktailParty.Mix(sources, CocktailParty.Mixing).Slice(0, 20_000).Save(Path.Combine(folder, "party.wav"));
        for (int i = 0; i < 2; i++)
        {
            new Recording([sources.Channel(i)[..4_000].ToArray()], sources.SampleRate)
                .Save(Path.Combine(folder, $"{"ab"[i]}.wav"));
        }

        var random = new Random(1);
        File.WriteAllLines(
            Path.Combine(folder, "x.csv"),
            ["x1,x2,x3,kind", .. Enumerable.Range(0, 120).Select(i => Row(random, i))]);
        string[] subjects = ["ship sea sail wind", "bread oven flour dough"];
        File.WriteAllLines(
            Path.Combine(folder, "t.txt"),
            Enumerable.Range(0, 40).Select(i => $"{subjects[i % 2]} {subjects[i % 2].Split(' ')[i % 4]}"));
    }

    private static string Row(Random random, int i) => FormattableString.Invariant(
        $"{random.NextDouble() + (i % 2):F4},{random.NextDouble():F4},{(0.01 * i) + random.NextDouble():F4},k{i % 2}");

    private static string[] Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file)).Order()];

    private static string WithoutTimes(string what, string text) =>
        (what.StartsWith("bench", StringComparison.Ordinal) ? Everything() : Times())
            .Replace(text, match => Numbers().Replace(match.Value, "0"));

    // In JSON a number or an object of that name, elsewhere a number with a unit of time, in bold or not.
    [GeneratedRegex(
        @"""[^""\n]*[Ss]econds[^""\n]*"": (\{[^}]*\}|[^{\n]*)|\d[\d.,]*( ?|</b>(<[a-z]+>)? ?)(ms|s|seconds)\b")]
    private static partial Regex Times();

    [GeneratedRegex("(?s).*")]
    private static partial Regex Everything();

    [GeneratedRegex(@"\d[\d.,eE+-]*")]
    private static partial Regex Numbers();
}
