using Math4AI.Data.Tables;
using Math4AI.Probability.Neighbors;
using Math4AI.Runtime;
using Math4AI.Tests.Runtime;
using Math4AI.Unsupervised.Maps;
using MathNet.Numerics.LinearAlgebra;

namespace Math4AI.Tests.Unsupervised;

[Collection(nameof(ProcessSettings))]
public sealed class TsneTests
{
    [Fact]
    public void Weights_have_the_perplexity_and_the_pairs_are_symmetric_with_the_sum_one()
    {
        NearestNeighbors near = new NeighborSearch(Matrix<double>.Build.Random(80, 5, 1)).Nearest(30);
        double[] weights = new double[30];
        Affinities.Weigh(near.Distances(3), 9.0, weights);
        Assert.Equal(1.0, weights.Sum(), 1e-12);
        Assert.Equal(9.0, Math.Exp(-weights.Sum(p => p * Math.Log(p))), 1e-6);
        var pairs = Affinities.Of(near, [9.0, 4.0]);
        Matrix<double> dense = Matrix<double>.Build.Dense(80, 80);
        for (int i = 0; i < 80; i++)
        {
            for (int k = pairs.Starts[i]; k < pairs.Starts[i + 1]; k++)
            {
                dense[i, pairs.Others[k]] += pairs.Values[k];
            }
        }

        Assert.Equal(1.0, dense.Enumerate().Sum(), 1e-6);
        Assert.Equal(0.0, (dense - dense.Transpose()).FrobeniusNorm(), 1e-9);
    }

    [Fact]
    public void A_step_goes_down_the_slope_of_the_divergence()
    {
        // The first step is −rate times the slope; compare it with differences of the divergence.
        const int Count = 40;
        const float Shift = 1e-2f;
        NearestNeighbors near = new NeighborSearch(Matrix<double>.Build.Random(Count, 4, 1)).Nearest(20);
        var pairs = Affinities.Of(near, [6.0]);
        float[] start = [.. Matrix<double>.Build.Random(Count, 2, 3).ToColumnMajorArray().Select(x => (float)x)];
        float[] moved = [.. start];
        new TsneLayout(pairs, moved, 1.0).Step(1.0);
        for (int i = 0; i < start.Length; i += 7)
        {
            double At(float shift)
            {
                float[] shifted = [.. start];
                shifted[i] += shift;
                return new TsneLayout(pairs, shifted, 1.0).Divergence();
            }

            double slope = (At(Shift) - At(-Shift)) / (2.0 * Shift);
            Assert.Equal(-0.8 * slope, moved[i] - start[i], 2e-4 * Math.Max(1.0, Math.Abs(slope)));
        }
    }

    [Theory]
    [InlineData(1e-5f)]
    [InlineData(8.0f)]
    [InlineData(60.0f)]
    [InlineData(250.0f)]
    public void Forces_by_a_grid_are_those_of_all_pairs(float width)
    {
        float[] positions = Places(width), exact = new float[positions.Length], found = new float[positions.Length];
        int count = positions.Length / 2;
        double sum = new PairRepulsion(count).Push(positions, exact);
        Assert.Equal(sum, new GridRepulsion(count).Push(positions, found), 2e-3 * sum);

        // One percent, where points are so sparse that single ones count; far less elsewhere.
        double error = exact.Zip(found).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
        double share = Math.Sqrt(error / exact.Sum(x => (double)x * x));
        Assert.True(share < (width > 100.0f ? 1e-2 : 3e-3), $"{share}");

        // What one point does to another, that one does to it.
        Assert.Equal(0.0, found.Take(count).Sum(x => (double)x), 1e-4 * exact.Sum(Math.Abs));
    }

    [Fact]
    public void A_grid_follows_a_map_that_grows_and_shrinks()
    {
        float[] positions = Places(40.0f), exact = new float[positions.Length], found = new float[positions.Length];
        var grid = new GridRepulsion(positions.Length / 2);
        foreach (float growth in new[] { 1.0f, 1.1f, 3.0f, 0.01f })
        {
            float[] grown = [.. positions.Select(x => growth * x + 5.0f)];
            double sum = new PairRepulsion(positions.Length / 2).Push(grown, exact);
            Assert.Equal(sum, grid.Push(grown, found), 2e-3 * sum);
        }

        // All at one place.
        Array.Fill(positions, 1.0f);
        Assert.Equal(2999.0 * 3000.0, new GridRepulsion(3000).Push(positions, found), 1e3);
        Assert.All(found, force => Assert.Equal(0.0, force, 1e-3));
    }

    [Fact]
    public void A_map_of_many_samples_keeps_groups_apart_and_is_the_same_for_a_seed()
    {
        const int Count = 8400, Groups = 6;
        Matrix<double> noise = Matrix<double>.Build.Random(Count, 3, 5);
        Matrix<double> samples =
            Matrix<double>.Build.Dense(Count, 3, (i, j) => 9.0 * (i % Groups >> j & 1) + noise[i, j]);
        var method = new Tsne { Perplexities = [5.0], Iterations = 60 };
        TsneFit map = method.Fit(samples);
        int[] groups = [.. Enumerable.Range(0, Count).Select(i => i % Groups)];
        Assert.Equal(1.0, MapQuality.NeighborHits(map.Positions, groups), 1e-3);
        Assert.Equal(map.Positions, method.Fit(samples).Positions);
    }

    [Fact]
    public void Handwritten_digits_form_the_groups_and_the_divergence_of_scikit_learn()
    {
        Table table = Table.Read(Repository.Data("digits", "optdigits.tes"));
        Matrix<double> pixels =
            Matrix<double>.Build.DenseOfColumnArrays([.. table.Names.Take(64).Select(table.Numbers)]);
        double[] digits = table.Numbers(table.Names[64]);
        TsneFit map = new Tsne().Fit(pixels);
        Assert.InRange(map.Divergence, 0.5, 0.754);
        Assert.True(MapQuality.NeighborHits(map.Positions, digits) > 0.965);
        Assert.True(map.Quality().Trustworthiness > 0.985);
        Assert.True((map.Transform(pixels) - map.Positions).FrobeniusNorm() < 0.1 * map.Positions.FrobeniusNorm());
    }

    [Fact]
    public void The_map_depends_on_neither_threads_nor_the_unit()
    {
        Matrix<double> samples = Groups();
        var method = new Tsne { Perplexities = [10.0], Iterations = 60 };
        TsneFit map = method.Fit(samples);
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

        double far = method.Fit(samples * Math.ScaleB(1.0, 200)).Divergence;
        Assert.Equal(map.Divergence, far, 0.2 * map.Divergence);
    }

    [Fact]
    public void Equal_samples_constant_columns_and_one_direction_have_a_map()
    {
        Matrix<double> twice = Groups().Stack(Groups());
        twice = twice.Append(Matrix<double>.Build.Dense(twice.RowCount, 1, 3.0));
        Matrix<double> line = Matrix<double>.Build.Dense(60, 1, (i, _) => i);
        foreach (Matrix<double> samples in new[] { twice, line })
        {
            TsneFit map = new Tsne { Perplexities = [8.0], Iterations = 100 }.Fit(samples);
            Assert.All(map.Positions.Enumerate(), x => Assert.True(double.IsFinite(x)));
            Assert.True(double.IsFinite(map.Divergence));
        }
    }

    [Fact]
    public void What_cannot_be_mapped_is_refused()
    {
        Matrix<double> samples = Groups();
        Assert.Throws<ArgumentException>(() => new Tsne().Fit(samples.SubMatrix(0, 31, 0, 4)));
        Assert.Throws<ArgumentException>(() => new Tsne { Perplexities = [] }.Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Tsne { Perplexities = [1.0] }.Fit(samples));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Tsne { Exaggeration = double.NaN }.Fit(samples));
        Assert.Throws<ArgumentException>(() => new Tsne().Fit(Matrix<double>.Build.Dense(50, 3, 1.0)));
        samples[4, 1] = double.NaN;
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new Tsne().Fit(samples));
        Assert.Contains("row 5 has NaN in column 2", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Copies_of_a_row_are_no_false_neighbors_of_one_another()
    {
        Matrix<double> samples = Matrix<double>.Build.Dense(60, 2, (i, _) => i % 3);
        Matrix<double> map = samples + 1e-3 * Matrix<double>.Build.Random(60, 2, 4);
        Assert.Equal(new MapQuality(1.0, 1.0, 12), MapQuality.Of(samples, map));
    }

    [Fact]
    public void The_quality_of_a_map_is_that_of_its_definition()
    {
        Matrix<double> samples = Groups(), map = Matrix<double>.Build.Random(90, 2, 8);
        MapQuality quality = MapQuality.Of(samples, map, 5);
        double sum = 0.0, kept = 0.0;
        for (int i = 0; i < 90; i++)
        {
            int[] Order(Matrix<double> of) => [.. Enumerable.Range(0, 90).Where(j => j != i)
                .OrderBy(j => (of.Row(i) - of.Row(j)).L2Norm())];
            int[] inData = Order(samples), onMap = Order(map);
            foreach (int j in onMap.Take(5))
            {
                int rank = Array.IndexOf(inData, j) + 1;
                sum += Math.Max(0, rank - 5);
                kept += rank <= 5 ? 1.0 / 450.0 : 0.0;
            }
        }

        Assert.Equal(1.0 - 2.0 * sum / (90.0 * 5.0 * (180.0 - 15.0 - 1.0)), quality.Trustworthiness, 1e-12);
        Assert.Equal(kept, quality.Kept, 1e-12);
        Assert.Equal(new MapQuality(1.0, 1.0, 5), MapQuality.Of(samples, samples * 3.0, 5));
        Assert.Throws<ArgumentException>(() => MapQuality.Of(samples, map.SubMatrix(0, 5, 0, 2)));
    }

    /// <summary>Clusters in an uneven ground, as on a map: x after x, then y after y.</summary>
    private static float[] Places(float width)
    {
        const int Count = 3000;
        var random = new Random(1);
        return [.. Enumerable.Range(0, 2 * Count).Select(i => width
            * (i % 3 == 0 ? random.NextSingle() : 0.1f * (i % Count % 7) + 0.05f * random.NextSingle()))];
    }

    private static Matrix<double> Groups()
    {
        Matrix<double> noise = Matrix<double>.Build.Random(90, 4, 5);
        return Matrix<double>.Build.Dense(90, 4, (i, j) => 4.0 * (i % 3) * (j % 2) + noise[i, j]);
    }
}
