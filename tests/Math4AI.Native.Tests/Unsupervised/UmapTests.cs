using Math4AI.Data.Models;
using Math4AI.Data.Tables;
using Math4AI.Probability.Neighbors;
using Math4AI.Runtime;
using Math4AI.Tests.Runtime;
using Math4AI.Unsupervised.Maps;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

[Collection(nameof(ProcessSettings))]
public sealed class UmapTests
{
    [Fact]
    public void The_curve_on_the_map_is_the_published_one_in_any_unit()
    {
        UmapCurve curve = UmapCurve.Of(0.1, 1.0);
        Assert.Equal(1.5769, curve.A, 1e-3);
        Assert.Equal(0.8951, curve.B, 1e-3);
        UmapCurve wide = UmapCurve.Of(0.5, 5.0);
        Assert.Equal(1.0 / (1.0 + curve.A * Math.Pow(0.7, 2.0 * curve.B)),
            1.0 / (1.0 + wide.A * Math.Pow(3.5, 2.0 * wide.B)), 1e-6);
    }

    [Fact]
    public void Memberships_add_up_to_the_logarithm_of_k_and_their_union_is_that_of_the_paper()
    {
        NearestNeighbors near = new NeighborSearch(Matrix<double>.Build.Random(80, 5, 1)).Nearest(14);
        double[][] weights = new double[80][];
        for (int i = 0; i < 80; i++)
        {
            weights[i] = new double[14];
            FuzzyNeighbors.Weigh(near.Distances(i), 15, 1.0, weights[i]);
            Assert.Equal(Math.Log2(15.0), weights[i].Sum(), 1e-6);
            Assert.Equal(1.0, weights[i][0]);
        }

        double Of(int i, int j) => near.Of(i).IndexOf(j) is var k and >= 0 ? weights[i][k] : 0.0;
        Affinities graph = FuzzyNeighbors.Of(near);
        int pairs = 0;
        for (int i = 0; i < 80; i++)
        {
            for (int k = graph.Starts[i]; k < graph.Starts[i + 1]; k++, pairs++)
            {
                int j = graph.Others[k];
                Assert.Equal(Of(i, j) + Of(j, i) - Of(i, j) * Of(j, i), graph.Values[k], 1e-6);
            }
        }

        Assert.Equal(pairs, Enumerable.Range(0, 80 * 80).Count(p => Of(p / 80, p % 80) + Of(p % 80, p / 80) > 0.0));
    }

    [Fact]
    public void A_move_goes_down_the_slope_of_the_cross_entropy()
    {
        // One point is the only neighbor and the only one that can be drawn: it pulls once and pushes three times. So
        // short are the steps that the point is where it was when it is pushed.
        const float Rate = 1e-3f;
        UmapCurve curve = UmapCurve.Of(0.1, 1.0);
        var graph = new Affinities([0, 1], [0], [1.0f]);
        double Cost(double x, double y)
        {
            double member = 1.0 / (1.0 + curve.A * Math.Pow(x * x + y * y, curve.B));
            return -Math.Log(member) - 3.0 * Math.Log(1.0 - member);
        }

        foreach ((float x, float y) in new[] { (1.5f, 0.5f), (-2.0f, 3.0f), (0.8f, -0.9f) })
        {
            float[] moved = [x, y];
            new UmapLayout(graph, curve, 3, 1).Step(moved, [0.0f, 0.0f], 0, Rate, moveBoth: false);
            const double Shift = 1e-5;
            double alongX = (Cost(x + Shift, y) - Cost(x - Shift, y)) / (2.0 * Shift);
            double alongY = (Cost(x, y + Shift) - Cost(x, y - Shift)) / (2.0 * Shift);
            Assert.Equal(-alongX, (moved[0] - x) / Rate, 1e-2 * Math.Abs(alongX) + 1e-3);
            Assert.Equal(-alongY, (moved[1] - y) / Rate, 1e-2 * Math.Abs(alongY) + 1e-3);
        }
    }

    [Fact]
    public void The_cross_entropy_is_the_sum_over_all_pairs()
    {
        Matrix<double> samples = Groups();
        var method = new Umap { Epochs = 40 };
        UmapFit map = method.Fit(samples);
        UmapCurve curve = UmapCurve.Of(method.MinDistance, method.Spread);
        Affinities graph = FuzzyNeighbors.Of(new NeighborSearch(samples).Nearest(method.Neighbors - 1));
        double sum = 0.0;
        for (int i = 0; i < 90; i++)
        {
            double[] members = new double[90];
            for (int k = graph.Starts[i]; k < graph.Starts[i + 1]; k++)
            {
                members[graph.Others[k]] = graph.Values[k];
            }

            for (int j = 0; j < i; j++)
            {
                double square = Math.Pow((map.Positions.Row(i) - map.Positions.Row(j)).L2Norm(), 2), v = members[j];
                double w = Math.Min(1.0 / (1.0 + curve.A * Math.Pow(square, curve.B)), 1.0 - 1e-4);
                sum += v > 0.0 ? v * Math.Log(v / w) : 0.0;
                sum += v < 1.0 ? (1.0 - v) * Math.Log((1.0 - v) / (1.0 - w)) : 0.0;
            }
        }

        Assert.Equal(sum / 90.0, map.CrossEntropy, 1e-3 * map.CrossEntropy);
        Assert.True((method with { Epochs = 1 }).Fit(samples).CrossEntropy > map.CrossEntropy);

        // Points at one place are as wrong as it gets, and no more.
        Matrix<double> equal = samples.SubMatrix(0, 1, 0, 4).Stack(Matrix<double>.Build.Dense(40, 4, 1.0));
        Assert.True(double.IsFinite(method.Fit(equal).CrossEntropy));
    }

    [Fact]
    public void Handwritten_digits_form_their_groups_and_other_digits_find_them()
    {
        Table table = Table.Read(Repository.Data("digits", "optdigits.tes"));
        Matrix<double> pixels =
            Matrix<double>.Build.DenseOfColumnArrays([.. table.Names.Take(64).Select(table.Numbers)]);
        double[] digits = table.Numbers(table.Names[64]);
        UmapFit map = new Umap().Fit(pixels.SubMatrix(0, 1500, 0, 64));
        Assert.True(map.Quality().Trustworthiness > 0.98, $"{map.Quality()}");
        double hits = MapQuality.NeighborHits(map.Positions, digits[..1500]);
        Assert.True(hits > 0.95, $"{hits}");
        Matrix<double> placed = map.Transform(pixels.SubMatrix(1500, 297, 0, 64));
        NearestNeighbors near = new NeighborSearch(map.Positions).Nearest(placed, 1);
        double right = Enumerable.Range(0, 297).Average(i => digits[near.Of(i)[0]] == digits[1500 + i] ? 1.0 : 0.0);
        Assert.True(right > 0.9, $"{right}");
    }

    [Fact]
    public void The_map_depends_on_the_seed_alone_and_a_saved_one_places_others_alike()
    {
        Matrix<double> samples = Groups();
        var method = new Umap { Epochs = 60 };
        UmapFit map = method.Fit(samples);
        int before = Compute.Threads;
        try
        {
            Compute.Threads = before == 1 ? 2 : 1;
            Assert.Equal(map.Positions, method.Fit(samples).Positions);
        }
        finally
        {
            Compute.Threads = before;
        }

        Assert.NotEqual(map.Positions, (method with { Seed = 2 }).Fit(samples).Positions);
        Matrix<double> others = Groups().SubMatrix(3, 20, 0, 4) + 0.01;
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            map.Save(folder);
            var read = Assert.IsType<UmapFit>(ModelFolder.Open(folder));
            Assert.Equal(map.Positions, read.Positions);
            Assert.Equal(map.Transform(others), read.Transform(others));
            Assert.Equal(map.CrossEntropy, read.CrossEntropy);
            TsneFit tsne = new Tsne { Perplexities = [9.0], Iterations = 20 }.Fit(samples);
            tsne.Save(folder, replace: true);
            Assert.Equal(tsne.Transform(others), Assert.IsType<TsneFit>(PlaneMap.Load(folder)).Transform(others));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Equal_samples_constant_columns_one_direction_and_three_samples_have_a_map()
    {
        Matrix<double> twice = Groups().Stack(Groups()).Stack(Groups());
        twice = twice.Append(Matrix<double>.Build.Dense(twice.RowCount, 1, 3.0));
        Matrix<double> line = Matrix<double>.Build.Dense(60, 1, (i, _) => i);
        Matrix<double> three = Matrix<double>.Build.Random(3, 2, 1), far = Groups() * Math.ScaleB(1.0, 300);
        foreach (Matrix<double> samples in new[] { twice, line, three, far, twice.SubMatrix(0, 1, 0, 5).Stack(
            Matrix<double>.Build.Dense(40, 5, 1.0)) })
        {
            UmapFit map = new Umap { Epochs = 50 }.Fit(samples);
            Assert.All(map.Positions.Enumerate(), x => Assert.True(double.IsFinite(x)));
            Assert.All(map.Transform(samples).Enumerate(), x => Assert.True(double.IsFinite(x)));
        }
    }

    [Fact]
    public void What_cannot_be_mapped_is_refused()
    {
        Matrix<double> samples = Groups();
        Assert.Throws<ArgumentException>(() => new Umap().Fit(samples.SubMatrix(0, 2, 0, 4)));
        Assert.Throws<ArgumentException>(() => new Umap().Fit(Matrix<double>.Build.Dense(50, 3, 1.0)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Umap { Neighbors = 1 }.Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Umap { MinDistance = 2.0 }.Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Umap { Spread = double.NaN }.Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Umap { Epochs = 0 }.Fit(samples));
        Assert.Throws<ArgumentException>(() => new Umap { Epochs = 1 }.Fit(samples).Transform(samples.Append(samples)));
        samples[4, 1] = double.NaN;
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new Umap().Fit(samples));
        Assert.Contains("row 5 has NaN in column 2", refused.Message, StringComparison.Ordinal);
    }

    private static Matrix<double> Groups()
    {
        Matrix<double> noise = Matrix<double>.Build.Random(90, 4, 5);
        return Matrix<double>.Build.Dense(90, 4, (i, j) => 4.0 * (i % 3) * (j % 2) + noise[i, j]);
    }
}
