using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Math4AI.Data.Tables;
using Math4AI.Tests.Data;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Cli;

/// <summary>Every verb takes every form that the same numbers come in, with the same answer.</summary>
public class DataFormTests : TemporaryFolder
{
    private const int Length = 4000;

    private static readonly double[][] Signals = Sources();

    /// <summary>Two mixtures of small whole numbers, which every type holds exactly.</summary>
    private static double[][] Sources()
    {
        var random = new Random(1);
        double[] first = [.. Enumerable.Range(0, Length).Select(_ => (double)random.Next(-20, 21))];
        double[] second = [.. Enumerable.Range(0, Length).Select(i => i % 37 < 18 ? 15.0 : -16.0)];
        return [[.. first.Zip(second, (a, b) => 2 * a + b)], [.. first.Zip(second, (a, b) => a - 2 * b)]];
    }

    private Finished Run(string verb, params string[] words)
    {
        // What is read is the same for every method: the quick one does.
        string[] method = verb == "separate" && !words.Contains("--mixing") ? ["--method", "fastica"] : [];
        Finished done = Repository.Ask(
            [verb, .. words, .. method, "--no-report", "--force"], Folder, Repository.OneThread);
        Assert.True(done.Code == 0, $"{verb} {string.Join(' ', words)}: {done.Errors}");
        return done;
    }

    private void WriteChannels(string name, string type, bool isFortran = false) => NumberTypeTests.Write(
        In(name), type, isFortran, [2, Length],
        isFortran
            ? [.. Enumerable.Range(0, Length).SelectMany(i => Signals.Select(signal => signal[i]))]
            : [.. Signals.SelectMany(x => x)]);

    private void WriteArchive(string name, params (string Name, byte[] Bytes)[] arrays)
    {
        using ZipArchive archive = ZipFile.Open(In(name), ZipArchiveMode.Create);
        foreach ((string entry, byte[] bytes) in arrays)
        {
            using Stream stream = archive.CreateEntry(entry + ".npy").Open();
            stream.Write(bytes);
        }
    }

    private void WriteText(string name, char separator, char point)
    {
        string Cell(double value) => value.ToString("0.0", CultureInfo.InvariantCulture).Replace('.', point);
        File.WriteAllLines(
            In(name), Enumerable.Range(0, Length).Select(i => $"{Cell(Signals[0][i])}{separator}{Cell(Signals[1][i])}")
            .Prepend($"left{separator}right"));
    }

    [Fact]
    public void Channels_in_any_form_are_separated_as_the_float64_array_is()
    {
        WriteChannels("f8.npy", "<f8");
        WriteChannels("big.npy", ">f8");
        WriteChannels("fortran.npy", "<f8", isFortran: true);
        WriteChannels("i2.npy", "<i2");
        WriteChannels("i8.npy", ">i8");
        WriteChannels("f2.npy", "<f2");
        WriteArchive(
            "one.npz", ("y", NumberTypeTests.Bytes("<f8", false, [2, Length], [.. Signals.SelectMany(x => x)])));
        WriteArchive("two.npz",
            [.. Signals.Select((signal, i) => ($"y{i}", NumberTypeTests.Bytes("<i4", false, [Length], signal)))]);
        WriteText("comma.csv", ',', '.');
        WriteText("german.csv", ';', ',');
        WriteText("tab.tsv", '\t', '.');
        WriteText("blank.dat", ' ', '.');
        Run("separate", "f8.npy", "-o", "expected");
        Matrix<double> expected = MatrixFile.Read(In("expected/unmixing.npy"));
        foreach (string name in (string[])["big.npy", "fortran.npy", "i2.npy", "i8.npy", "f2.npy", "one.npz", "two.npz",
            "comma.csv", "german.csv",
                     "tab.tsv", "blank.dat"])
        {
            Run("separate", name, "-o", "found");
            double difference =
                (MatrixFile.Read(In("found/unmixing.npy")) - expected).FrobeniusNorm() / expected.FrobeniusNorm();
            Assert.True(difference <= 1e-12, $"{name}: {difference}");
        }
    }

    [Fact]
    public void A_known_mixing_matrix_is_taken_in_any_form()
    {
        WriteChannels("f8.npy", "<f8");
        File.WriteAllText(In("A.csv"), "2,1\n1,-2\n");
        NumberTypeTests.Write(In("A.npy"), "|i1", true, [2, 2], [2, 1, 1, -2]);
        WriteArchive("A.npz", ("A", NumberTypeTests.Bytes(">i4", false, [2, 2], [2, 1, 1, -2])));
        var expected = Matrix<double>.Build.DenseOfRowMajor(2, 2, [0.4, 0.2, 0.2, -0.4]);
        foreach (string name in (string[])["A.csv", "A.npy", "A.npz"])
        {
            Run("separate", "f8.npy", "--mixing", name, "-o", "found");
            Assert.Equal(0.0, (MatrixFile.Read(In("found/unmixing.npy")) - expected).FrobeniusNorm(), 1e-14);
        }
    }

    [Fact]
    public void A_fit_takes_columns_in_any_form()
    {
        double[] x = [.. Enumerable.Range(0, 20).Select(i => (double)i)];
        double[] y = [.. x.Select(value => 3 * value + 7 + Math.Round(3 * Math.Sin(value)))];
        string Lines(string separator) => string.Join(
            '\n', x.Zip(y, (a, b) => FormattableString.Invariant($"{a}{separator}{b}")).Prepend($"x{separator}y"));
        File.WriteAllText(In("xy.csv"), Lines(","));
        File.WriteAllText(In("xy.dat"), Lines("  "));
        NumberTypeTests.Write(
            In("xy.npy"), "<i8", false, [20, 2], [.. x.Zip(y).SelectMany(pair => new[] { pair.First, pair.Second })]);
        WriteArchive("xy.npz", ("x", NumberTypeTests.Bytes("<f8", false, [20], x)),
            ("y", NumberTypeTests.Bytes(">i2", false, [20], y)));
        double Slope(string file, string model) =>
            JsonDocument.Parse(Run("fit", file, "--model", model, "--json", "-o", "out").Output)
            .RootElement.GetProperty("parameters").GetProperty("slope").GetProperty("value").GetDouble();
        double expected = Slope("xy.csv", "y ~ slope*x + b");
        Assert.Equal(expected, Slope("xy.dat", "y ~ slope*x + b"));
        Assert.Equal(expected, Slope("xy.npz", "y ~ slope*x + b"));
        Assert.Equal(expected, Slope("xy.npy", "c2 ~ slope*c1 + b"));
    }

    [Fact]
    public void Missing_values_are_dropped_and_counted_and_dates_count_from_their_origin_when_asked_to()
    {
        File.WriteAllText(
            In("day.csv"), "day,y\n2026-01-01,1\n2026-01-02,3\n2026-01-03,\n2026-01-04,7\n2026-01-05,9.5\n");
        string[] words = ["fit", "day.csv", "--model", "y ~ slope*day + b", "--json", "-o", "out", "--force"];
        Finished refused = Repository.Ask([.. words, "--missing", "drop"], Folder);
        Assert.Equal(1, refused.Code);
        Assert.Contains("--dates", refused.Errors, StringComparison.Ordinal);
        refused = Repository.Ask([.. words, "--dates", "days"], Folder);
        Assert.Contains("--missing drop", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("line 4", refused.Errors, StringComparison.Ordinal);
        JsonElement json = JsonDocument.Parse(
            Run("fit", [.. words[1..7], "--dates", "days", "--date-origin", "2026-01-01", "--missing",
                "drop"]).Output).RootElement;

        // Least squares through (0, 1), (1, 3), (3, 7), (4, 9.5): the slope is 21/10.
        Assert.Equal(2.1, json.GetProperty("parameters").GetProperty("slope").GetProperty("value").GetDouble(), 1e-9);
        Assert.Contains("missing: 1", json.GetProperty("notes")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_cases_that_were_reported_are_read()
    {
        Run("fit", Repository.Cases("files", "xy.npz"), "--model", "y ~ a*x + b", "-o", "out");
        Run("fit", Repository.Cases("files", "int.npy"), "--model", "c2 ~ a*c1 + b", "-o", "out");
        foreach (string name in (string[])["space.dat", "decimal.csv", "missing.csv"])
        {
            Run("fit", Repository.Cases("fit", name), "--model", "y ~ a*x + b", "--missing", "drop", "-o", "out");
        }

        Run("fit", Repository.Cases("fit", "dates.csv"), "--model", "y ~ a*date + b", "--dates", "days",
            "--date-origin", "2026-01-01", "-o", "out");
        Run("separate", Repository.Cases("files", "sigint.npy"), "--mixing", Repository.Cases("files", "mixint.npy"),
            "-o", "out");
        foreach (string name in (string[])["int16.npy", "be.npy", "channels.csv"])
        {
            Run("separate", Repository.Cases("signals", name), "-o", "out");
        }
    }
}
