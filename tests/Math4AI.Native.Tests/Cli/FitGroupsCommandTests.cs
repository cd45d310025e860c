using System.Globalization;
using System.Text.Json;

namespace Math4AI.Tests.Cli;

/// <summary><c>math4ai fit</c> with groups, conditions, skipped lines and links.</summary>
public sealed class FitGroupsCommandTests : TemporaryFolder
{
    [Fact]
    public void Groups_are_fitted_alone_or_with_a_parameter_in_common()
    {
        string data = Data();
        Finished alone =
            Fit(data, "--model", "y ~ a*exp(-k*t)", "--by", "run", "--skip", "1", "--json", "--no-report");
        Assert.True(alone.Code == 0, alone.Errors);
        JsonElement groups = JsonDocument.Parse(alone.Output).RootElement.GetProperty("groups");
        Assert.Equal(2, groups.EnumerateObject().Count());
        Assert.Equal(3.0, Value(groups.GetProperty("b"), "a"), 1e-6);

        Finished joint = Fit(
            data, "--model", "y ~ a*exp(-k*t)", "--by", "run", "--shared", "k", "--skip", "1", "--json", "--force");
        Assert.True(joint.Code == 0, joint.Errors);
        JsonElement fit = JsonDocument.Parse(joint.Output).RootElement.GetProperty("joint");
        Assert.Equal(0.5, Value(fit, "k"), 1e-6);
        Assert.Equal(2.0, Value(fit, "a[a]"), 1e-6);
        Assert.True(File.Exists(In("out/report.html")));

        Finished table =
            Fit(data, "--model", "y ~ a*exp(-k*t)", "--by", "run", "--skip", "1", "--force", "--no-report");
        Assert.Contains("Each group is fitted alone", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_condition_leaves_rows_out_and_says_how_many()
    {
        Finished fit = Fit(
            Data(), "--model", "y ~ a*exp(-k*t)", "--where", "n == 2 && t > 0", "--skip", "1", "--no-report");
        Assert.True(fit.Code == 0, fit.Errors);
        Assert.Contains("Rows left out by the condition: 16", fit.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_link_is_chosen_and_said_and_refused_where_there_is_none()
    {
        string data = In("counts.csv");
        File.WriteAllLines(data,
            ["t,n", .. Enumerable.Range(0, 20).Select(i => FormattableString.Invariant($"{i},{9 - i / 3}"))]);
        Finished plain = Fit(data, "--model", "n ~ a + b*t", "--distance", "poisson", "--no-report");
        Assert.Contains("link 'log'", plain.Output, StringComparison.Ordinal);
        Finished identity = Fit(
            data, "--model", "n ~ a + b*t", "--distance", "poisson", "--link", "identity", "--json", "--force",
            "--no-report");
        Assert.True(identity.Code == 0, identity.Errors);
        JsonElement json = JsonDocument.Parse(identity.Output).RootElement;
        Assert.Equal("poisson:identity", json.GetProperty("distance").GetString());
        Assert.InRange(Value(json, "b"), -0.4, -0.25);
        Finished refused = Fit(data, "--model", "n ~ a + b*t", "--link", "log", "--force");
        Assert.Equal(2, refused.Code);
        Assert.Contains("formula", refused.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_group_is_predicted_and_derived_with_its_own_parameters(bool isShared)
    {
        string rows = In("new.csv"), data = In("plain.csv");
        File.WriteAllLines(data, File.ReadAllLines(Data()).Skip(1));
        File.WriteAllText(rows, "run,t\nb,1\na,1\nb,2\n");
        string[] shared = isShared ? ["--shared", "k"] : [];
        Finished fit = Fit([
            data, "--model", "y ~ a*exp(-k*t)", "--by", "run", "--predict", rows, "--derive",
            "half = log(2)/k; area = a/k", .. shared, "--no-report"]);
        Assert.True(fit.Code == 0, fit.Errors);
        Assert.Contains("area[b] = a/k = 6 ±", fit.Output, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(In("out/predictions.csv"));
        Assert.StartsWith("run,t,predicted,", lines[0], StringComparison.Ordinal);
        double[] expected = [3.0 * Math.Exp(-0.5), 2.0 * Math.Exp(-0.5), 3.0 * Math.Exp(-1.0)];
        Assert.All(expected.Zip(lines.Skip(1)), pair => Assert.Equal(
            pair.First, double.Parse(pair.Second.Split(',')[2], CultureInfo.InvariantCulture), 1e-8));
        Finished predicted = Repository.Ask(["predict", In("out"), rows]);
        Assert.Equal(string.Join('\n', lines) + "\n", predicted.Output);

        File.WriteAllText(rows, "run,t\nc,1\n");
        Finished unknown = Repository.Ask(["predict", In("out"), rows]);
        Assert.Equal(1, unknown.Code);
        Assert.Contains("group 'c' of row 1 was not fitted; there are a, b", unknown.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Shared_parameters_need_groups()
    {
        Finished fit = Fit(Data(), "--model", "y ~ a*t", "--shared", "a");
        Assert.Equal(2, fit.Code);
        Assert.Contains("--by", fit.Errors, StringComparison.Ordinal);
    }

    private static double Value(JsonElement fit, string parameter) =>
        fit.GetProperty("parameters").GetProperty(parameter).GetProperty("value").GetDouble();

    private Finished Fit(params string[] words) =>
        Repository.Ask(["fit", .. words, "-o", In("out")]);

    private string Data()
    {
        string path = In("data.csv");
        IEnumerable<string> rows = Enumerable.Range(0, 30).Select(i => string.Create(
            CultureInfo.InvariantCulture,
            $"{i / 2},{(2 + i % 2) * Math.Exp(-0.5 * (i / 2)):R},{(i % 2 == 0 ? "a" : "b")},{1 + i % 2}"));
        File.WriteAllLines(path, ["Spectrometer 3", "t,y,run,n", .. rows]);
        return path;
    }
}
