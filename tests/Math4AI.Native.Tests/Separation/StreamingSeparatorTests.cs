using Math4AI.Audio;
using Math4AI.LinearAlgebra;
using Math4AI.Separation;
using Math4AI.Separation.Live;
using Math4AI.Separation.Quality;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;
using MathNet.Numerics.Random;

namespace Math4AI.Tests.Separation;

public sealed class StreamingSeparatorTests
{
    private const int SampleRate = 48000;
    private const int Block = 64;

    [Theory]
    [InlineData("party", 1)]
    [InlineData("party", 2)]
    [InlineData("party", 3)]
    [InlineData("light tails", 4)]
    [InlineData("both tails", 5)]
    public void After_three_seconds_every_source_stands_20_dB_above_the_others_and_stays_there(string kind, int seed)
    {
        float[][] sources = Sources(kind, seed, 10);
        Matrix<double> mixing = RandomMixing(seed);
        Run run = Separate(sources, _ => mixing, new StreamingSeparator(3, SampleRate));
        Assert.True(run.MinRatio(from: 3.0) > 20.0, $"{run.MinRatio(3.0):0.0} dB");
        Assert.True(run.KeepsItsOrder(from: 3.0));
    }

    [Theory]
    [InlineData("party", 1)]
    [InlineData("party", 2)]
    [InlineData("both tails", 3)]
    public void A_mixing_that_turns_by_30_degrees_in_20_seconds_is_followed(string kind, int seed)
    {
        float[][] sources = Sources(kind, seed, 20);
        Matrix<double> mixing = RandomMixing(seed);
        Run run = Separate(
            sources, t => Rotation(t / 20.0 * Math.PI / 6.0) * mixing, new StreamingSeparator(3, SampleRate));
        Assert.True(run.MinRatio(from: 3.0) > 15.0, $"{run.MinRatio(3.0):0.0} dB");
        Assert.True(run.KeepsItsOrder(from: 3.0));
    }

    [Fact]
    public void The_sources_come_out_as_loud_as_the_channels_hear_them()
    {
        float[][] sources = Sources("party", 1, 6);
        Matrix<double> mixing = RandomMixing(1);
        Run run = Separate(sources, _ => mixing, new StreamingSeparator(3, SampleRate));
        Matrix<double> product = run.Last.Matrix * mixing;
        foreach ((int source, Vector<double> column) in product.EnumerateColumnsIndexed())
        {
            double heard = mixing.Column(source).L2Norm() / Math.Sqrt(3.0);
            Assert.Equal(heard, column.InfinityNorm(), 0.05 * heard);
        }
    }

    [Fact]
    public void Silence_noughts_and_sudden_levels_do_no_harm()
    {
        float[][] sources = Sources("party", 2, 12);
        for (int i = 4 * SampleRate; i < 6 * SampleRate; i++)
        {
            (sources[0][i], sources[1][i], sources[2][i]) = (0, 0, 0);
        }

        for (int i = 8 * SampleRate; i < 12 * SampleRate; i++)
        {
            sources[1][i] *= 0.01f;
        }

        Matrix<double> mixing = RandomMixing(2);
        Run run = Separate(sources, _ => mixing, new StreamingSeparator(3, SampleRate), offset: 0.5f);
        Assert.True(run.MinRatio(from: 3.0, to: 8.0) > 20.0, $"{run.MinRatio(3.0, 8.0):0.0} dB");
        Assert.True(run.Last.Matrix.Enumerate().All(double.IsFinite));
    }

    [Fact]
    public void A_sample_that_is_no_number_is_not_remembered()
    {
        float[][] sources = Sources("party", 1, 6);
        sources[0][2 * SampleRate] = float.NaN;
        sources[1][3 * SampleRate] = float.PositiveInfinity;
        Matrix<double> mixing = RandomMixing(1);
        Run run = Separate(sources, _ => mixing, new StreamingSeparator(3, SampleRate));
        Assert.True(run.MinRatio(from: 4.0) > 20.0);
    }

    [Fact]
    public void Blocks_of_any_length_give_the_same_sources()
    {
        float[][] channels = Mix(Sources("party", 1, 2), _ => RandomMixing(1));
        float[][] expected = Run.All(new StreamingSeparator(3, SampleRate), channels, [Block]);
        float[][] other = Run.All(new StreamingSeparator(3, SampleRate), channels, [1, 480, 7, 1000, 255]);
        for (int source = 0; source < 3; source++)
        {
            // Eight frames at a time and one by one round alike: each is one chain of fused operations.
            Assert.Equal(expected[source], other[source]);
        }
    }

    [Fact]
    public async Task Enumerated_blocks_give_the_same_sources()
    {
        float[][] channels = Mix(Sources("party", 1, 1), _ => RandomMixing(1));
        float[][] expected = Run.All(new StreamingSeparator(3, SampleRate), channels, [Block]);
        async IAsyncEnumerable<Recording> Blocks()
        {
            for (int start = 0; start < SampleRate; start += 480)
            {
                await Task.Yield();
                yield return new Recording([.. channels.Select(channel => channel[start..(start + 480)])], SampleRate);
            }
        }

        int at = 0;
        await foreach (Recording sources
            in new StreamingSeparator(3, SampleRate).SeparateAsync(Blocks(), TestContext.Current.CancellationToken))
        {
            Assert.Equal(expected[2].AsSpan(at, 480).ToArray(), sources.Channel(2).ToArray());
            at += 480;
        }

        Assert.Equal(SampleRate, at);
    }

    [Fact]
    public void Frozen_it_applies_what_it_knows_and_learns_nothing()
    {
        float[][] channels = Mix(Sources("party", 1, 4), _ => RandomMixing(1));
        var separator = new StreamingSeparator(3, SampleRate);
        Run.All(separator, channels, [Block]);
        separator.IsFrozen = true;
        Matrix<double> before = separator.Unmixing.Matrix;
        Run.All(separator, Mix(Sources("light tails", 9, 2), _ => RandomMixing(9)), [Block]);
        Assert.Equal(before, separator.Unmixing.Matrix);
    }

    [Fact]
    public void From_a_known_unmixing_it_separates_from_the_first_sample()
    {
        float[][] sources = Sources("party", 3, 3);
        Matrix<double> mixing = RandomMixing(3);
        var start = new Unmixing(mixing.Inverse(), mixing, new DenseVector(3));
        Run run = Separate(sources, _ => mixing, new StreamingSeparator(3, SampleRate, new StreamingOptions
        {
            Start = start,
        }));
        Assert.True(run.MinRatio(from: 0.0) > 20.0, $"{run.MinRatio(0.0):0.0} dB");
    }

    [Fact]
    public void No_block_allocates()
    {
        float[][] channels = Mix(Sources("party", 1, 2), _ => RandomMixing(1));
        var separator = new StreamingSeparator(3, SampleRate);
        Run.All(separator, channels, [Block]);
        float[] block = new float[3 * Block];
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10_000; i++)
        {
            for (int c = 0; c < 3; c++)
            {
                channels[c].AsSpan(i % 1000 * Block, Block).CopyTo(block.AsSpan(c * Block));
            }

            var piece = new PlanarBlock(block, 3, Block, Block);
            separator.Process(piece, piece);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new StreamingSeparator(1, SampleRate));
        Assert.Throws<ArgumentOutOfRangeException>(() => new StreamingSeparator(2, SampleRate, new StreamingOptions
        {
            ForgetSeconds = double.NaN,
        }));
        var start = new Unmixing(DenseMatrix.CreateIdentity(2), DenseMatrix.CreateIdentity(2), new DenseVector(2));
        Assert.Throws<ArgumentException>(() => new StreamingSeparator(3, SampleRate, new StreamingOptions
        {
            Start = start,
        }));
        Assert.Throws<ArgumentException>(() => new StreamingSeparator(2, SampleRate).Process(
            new PlanarBlock(new float[6], 3, 2, 2), new PlanarBlock(new float[6], 3, 2, 2)));
    }

    private static float[][] Sources(string kind, int seed, int seconds)
    {
        var random = new MersenneTwister(seed, threadSafe: false);
        int length = seconds * SampleRate;
        float[] Made(Func<int, double> sample) => [.. Enumerable.Range(0, length).Select(i => (float)sample(i))];
        if (kind == "party")
        {
            Recording party = CocktailParty.Sources(seed);
            return [.. Enumerable.Range(0, 3).Select(c => Made(i => party.Channel(c)[(int)(i % party.Length)]))];
        }

        double walk = 0.0;
        float[] sine = Made(i => 0.4 * Math.Sin(2.0 * Math.PI * 317.0 * i / SampleRate));
        float[] uniform = Made(_ => random.NextDouble() - 0.5);
        return kind == "light tails"
            ? [sine, uniform, Made(i => i * 123.0 / SampleRate % 1.0 < 0.5 ? 0.3 : -0.3)]
            : [sine, Made(_ => 0.1 * Math.Sign(random.NextDouble() - 0.5) * -Math.Log(1.0 - random.NextDouble())),
                Made(i =>
            {
                walk = 0.95 * walk + 0.05 * (random.NextDouble() - 0.5);
                return walk * (1.0 + Math.Sin(2.0 * Math.PI * 2.0 * i / SampleRate)) * 8.0;
            })];
    }

    /// <summary>Condition numbers up to ten.</summary>
    private static Matrix<double> RandomMixing(int seed)
    {
        var random = new MersenneTwister(seed + 100, threadSafe: false);
        for (; ; )
        {
            Matrix<double> mixing = DenseMatrix.Create(3, 3, (_, _) => 2.0 * random.NextDouble() - 1.0);
            if (mixing.ConditionNumber() < 10.0)
            {
                return mixing;
            }
        }
    }

    private static Matrix<double> Rotation(double angle) => DenseMatrix.OfArray(new[,]
    {
        { Math.Cos(angle), -Math.Sin(angle), 0.0 },
        { Math.Sin(angle), Math.Cos(angle), 0.0 },
        { 0.0, 0.0, 1.0 },
    });

    private static float[][] Mix(float[][] sources, Func<double, Matrix<double>> mixing)
    {
        float[][] channels = [new float[sources[0].Length], new float[sources[0].Length], new float[sources[0].Length]];
        for (int start = 0; start < sources[0].Length; start += Block)
        {
            Matrix<double> now = mixing((double)start / SampleRate);
            for (int i = start; i < Math.Min(start + Block, sources[0].Length); i++)
            {
                for (int c = 0; c < 3; c++)
                {
                    channels[c][i] =
                        (float)(now[c, 0] * sources[0][i] + now[c, 1] * sources[1][i] + now[c, 2] * sources[2][i]);
                }
            }
        }

        return channels;
    }

    private static Run Separate(
        float[][] sources, Func<double, Matrix<double>> mixing, StreamingSeparator separator, float offset = 0.0f)
    {
        float[][] channels = Mix(sources, mixing);
        foreach (float[] channel in channels)
        {
            System.Numerics.Tensors.TensorPrimitives.Add(channel, offset, channel);
        }

        double[] energies = [.. sources.Select(source => source.Where(float.IsFinite).Average(x => (double)x * x))];
        var run = new Run(energies);
        float[] block = new float[3 * Block];
        for (int start = 0; start + Block <= channels[0].Length; start += Block)
        {
            for (int c = 0; c < 3; c++)
            {
                channels[c].AsSpan(start, Block).CopyTo(block.AsSpan(c * Block));
            }

            var piece = new PlanarBlock(block, 3, Block, Block);
            separator.Process(piece, piece);
            if (start / Block % 75 == 0)
            {
                run.Add((double)start / SampleRate, separator.Unmixing, mixing((double)start / SampleRate));
            }
        }

        return run;
    }

    /// <summary>What a separator knew ten times a second, against the truth.</summary>
    private sealed class Run(double[] energies)
    {
        private readonly List<(double Time, double Ratio, string Order)> looks = [];

        public Unmixing Last { get; private set; } = null!;

        public static float[][] All(StreamingSeparator separator, float[][] channels, int[] lengths)
        {
            float[][] sources = [.. channels.Select(channel => new float[channel.Length])];
            float[] block = new float[3 * lengths.Max()];
            for (int start = 0, turn = 0; start < channels[0].Length; turn++)
            {
                int count = Math.Min(lengths[turn % lengths.Length], channels[0].Length - start);
                for (int c = 0; c < 3; c++)
                {
                    channels[c].AsSpan(start, count).CopyTo(block.AsSpan(c * count));
                }

                var piece = new PlanarBlock(block, 3, count, count);
                separator.Process(piece, piece);
                for (int c = 0; c < 3; c++)
                {
                    piece[c].CopyTo(sources[c].AsSpan(start));
                }

                start += count;
            }

            return sources;
        }

        public void Add(double time, Unmixing unmixing, Matrix<double> mixing)
        {
            Last = unmixing;
            Matrix<double> product = unmixing.Matrix * mixing;
            double least = SeparationQuality.InterferenceRatios(product, DenseVector.OfArray(energies)).Minimum();
            looks.Add((time, least, string.Join(',', product.EnumerateRows().Select(row =>
            {
                int source =
                    row.PointwiseMultiply(DenseVector.OfArray(energies).PointwiseSqrt()).AbsoluteMaximumIndex();
                return row[source] > 0.0 ? $"{source}+" : $"{source}-";
            }))));
        }

        public double MinRatio(double from, double to = double.PositiveInfinity) =>
            looks.Where(look => look.Time >= from && look.Time < to).Min(look => look.Ratio);

        public bool KeepsItsOrder(double from) =>
            looks.Where(look => look.Time >= from).Select(look => look.Order).Distinct().Count() == 1;
    }
}
