using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Math4AI.Data.Arrays;
using Math4AI.Data.Tables;
using Math4AI.LinearAlgebra.Decompositions;
using Math4AI.Unsupervised.Clusters;
using Math4AI.Unsupervised.Hierarchies;
using Math4AI.Unsupervised.Outliers;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Benchmarks;

/// <summary>
/// How well clusters agree with labels that they have not seen, and how well outliers among one class are told from it,
/// beside scikit-learn.
/// </summary>
internal static class ClusterQuality
{
    private const int MaxForHierarchy = 10_000;

    // One in twenty of the rows is an outlier.
    private const int InliersPerOutlier = 19;
    private const int MixtureOfInliers = 3;
    private const double MinVariance = 0.01;

    /// <param name="words">The Python of the peer, and the names of tables; or nothing.</param>
    public static int Run(string[] words)
    {
        string python = words.Length > 0 ? words[0] : "/usr/bin/python3";
        string data = Environment.GetEnvironmentVariable("MATH4AI_DATA")
            ?? throw new InvalidOperationException("Set MATH4AI_DATA to the folder of the data.");
        (string Name, string Path, string Label)[] tables =
        [
            ("digits", Path.Combine(data, "digits", "optdigits.tes"), string.Empty),
            ("penguins", Path.Combine(data, "tables", "penguins.csv"), "species"),
            ("satellite", Path.Combine(data, "tables", "satellite.csv"), string.Empty),
            ("letter", Path.Combine(data, "tables", "letter.csv"), "lettr"),
            ("spam", Path.Combine(data, "tables", "spam.csv"), string.Empty),
        ];
        Console.WriteLine("| data | work | ours | scikit-learn |");
        Console.WriteLine("|---|---|---|---|");
        foreach ((string name, string path, string label) in
            tables.Where(table => words.Length < 2 || words.AsSpan(1).Contains(table.Name)))
        {
            (Matrix<double> samples, int[] labels) = Read(path, label);
            Print(name, "clusters", Clusters(samples, labels), Ask(python, "clusters", samples, labels));
            (samples, labels) = WithOutliers(samples, labels);
            Print(name, "outliers", Outliers(samples, labels), Ask(python, "outliers", samples, labels));
        }

        return 0;
    }

    private static Dictionary<string, double[]> Clusters(Matrix<double> samples, int[] labels)
    {
        int k = labels.Distinct().Count();
        double[] Against(IReadOnlyList<int> found) =>
            [ClusterAgreement.AdjustedRand(found, labels), ClusterAgreement.NormalizedInformation(found, labels)];
        var quality = new Dictionary<string, double[]>
        {
            ["k-means"] = Against(new KMeans(k) { Starts = 10 }.Fit(samples).Assign(samples)),
            ["mixture"] = Against(new GaussianMixture(k) { Starts = 3, Regularization = 1e-3 }.Fit(samples)
                .Probabilities(samples).EnumerateRows().Select(row => row.MaximumIndex()).ToArray()),
        };
        if (samples.RowCount <= MaxForHierarchy)
        {
            quality["Ward"] = Against(new Agglomeration().Fit(samples).Cut(k));
        }

        HdbscanFit dense = new Hdbscan { MinClusterSize = Math.Max(5, samples.RowCount / 100) }.Fit(samples);
        quality["HDBSCAN"] = [.. Against(dense.Labels), dense.Clusters];
        return quality;
    }

    private static Dictionary<string, double[]> Outliers(Matrix<double> samples, int[] labels) => new()
    {
        ["forest"] = [Enumerable.Range(1, 5).Average(seed =>
            Area(new IsolationForest { Seed = seed }.Fit(samples).Score(samples), labels))],
        ["factor"] = [Area(new LocalOutlierFactor().Score(samples), labels)],
        ["HDBSCAN"] = [Area(Vector<double>.Build.DenseOfEnumerable(new Hdbscan().Fit(samples).OutlierScores), labels)],
        ["mixture"] = [Area(
            -new GaussianMixture(MixtureOfInliers) { Regularization = 1e-3 }.Fit(samples).LogDensity(samples), labels)],
        ["determinant"] = Robust(samples, labels),
    };

    /// <summary>
    /// The distances by the minimum covariance determinant, which needs a core that fills the space: of components
    /// where columns depend on one another. None where half of the rows lie in a plane, which the estimator refuses.
    /// </summary>
    private static double[] Robust(Matrix<double> samples, int[] labels)
    {
        Matrix<double> along = Axes(samples);
        try
        {
            return [Area(new MinimumCovarianceDeterminant().Fit(along).Distances(along), labels)];
        }
        catch (ArgumentException refusal)
        {
            Console.Error.WriteLine(refusal.Message);
            return [];
        }
    }

    /// <summary>The components with one percent of the largest variance or more.</summary>
    private static Matrix<double> Axes(Matrix<double> samples)
    {
        PrincipalComponentsFit axes = new PrincipalComponents().Fit(samples);
        return axes.Take(axes.Variances.Count(value => value > MinVariance * axes.Variances[0])).Transform(samples);
    }

    /// <summary>The share of pairs in which the outlier has the higher score; half of those with equal ones.</summary>
    private static double Area(Vector<double> scores, int[] labels)
    {
        double[] inside = [.. scores.Where((_, i) => labels[i] == 0)];
        double[] outside = [.. scores.Where((_, i) => labels[i] == 1)];
        return outside.Average(x => inside.Average(y => x > y ? 1.0 : x == y ? 0.5 : 0.0));
    }

    /// <summary>The largest class, and every so many rows of the others.</summary>
    private static (Matrix<double> Samples, int[] Labels) WithOutliers(Matrix<double> samples, int[] labels)
    {
        int inlier = labels.CountBy(label => label).MaxBy(pair => pair.Value).Key;
        int[] inside = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == inlier)];
        int[] others = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] != inlier)];
        int wanted = Math.Max(1, inside.Length / InliersPerOutlier), step = Math.Max(1, others.Length / wanted);
        int[] rows = [.. inside, .. others.Where((_, i) => i % step == 0).Take(wanted)];
        return (
            Matrix<double>.Build.Dense(rows.Length, samples.ColumnCount, (i, j) => samples[rows[i], j]),
            [.. rows.Select((_, i) => i < inside.Length ? 0 : 1)]);
    }

    private static (Matrix<double> Samples, int[] Labels) Read(string path, string label)
    {
        Table table = Table.Read(path);
        label = label.Length > 0 ? label : table.Names[^1];
        string[] columns = [.. table.Names.Where(name => name != label && table.IsNumeric(name)
            && table.Numbers(name).Where(value => !double.IsNaN(value)).Distinct().Count() > 1)];
        int[] rows = [.. Enumerable.Range(0, table.Rows).Where(row => !table.Misses(row, columns))];
        double[][] standard = [.. columns.Select(name => Standardized(table.Numbers(name), rows))];
        string[] texts = [.. rows.Select(row => table.Texts(label)[row] ?? string.Empty)];
        string[] names = [.. texts.Distinct().Order(StringComparer.Ordinal)];
        return (
            Matrix<double>.Build.DenseOfColumnArrays(standard), [.. texts.Select(text => Array.IndexOf(names, text))]);
    }

    private static double[] Standardized(double[] values, int[] rows)
    {
        double[] chosen = [.. rows.Select(row => values[row])];
        double mean = chosen.Average(), deviation = Math.Sqrt(chosen.Average(x => (x - mean) * (x - mean)));
        return [.. chosen.Select(x => deviation > 0.0 ? (x - mean) / deviation : 0.0)];
    }

    private static Dictionary<string, double[]> Ask(string python, string work, Matrix<double> samples, int[] labels)
    {
        string folder = Directory.CreateTempSubdirectory("math4ai-").FullName;
        try
        {
            string data = Path.Combine(folder, "x.npy"), classes = Path.Combine(folder, "labels.npy");
            using (var writer = new NpyWriter(data, samples.ColumnCount, samples.RowCount, isDouble: true))
            {
                writer.Write(0, samples.RowCount, samples.ToColumnMajorArray());
            }

            using (var writer = new NpyWriter(classes, 1, labels.Length, isDouble: true))
            {
                writer.Write(0, labels.Length, [.. labels.Select(label => (double)label)]);
            }

            using Process process = Peer.Start(python, "cluster_quality.py", [work, data, classes]);
            return JsonSerializer.Deserialize<Dictionary<string, double[]>>(process.StandardOutput.ReadToEnd())!;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Print(
        string data, string work, Dictionary<string, double[]> ours, Dictionary<string, double[]> peer)
    {
        foreach ((string method, double[] values) in ours)
        {
            Console.WriteLine(
                $"| {data} | {work}, {method} | {Text(values)} | {Text(peer.GetValueOrDefault(method) ?? [])} |");
        }
    }

    private static string Text(double[] values) => values.Length == 0 ? "–" : string.Join(
        ", ", values.Select(value => value.ToString("0.###", CultureInfo.InvariantCulture)));
}
