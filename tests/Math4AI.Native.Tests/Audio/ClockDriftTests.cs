using Math4AI.Audio;

namespace Math4AI.Tests.Audio;

public sealed class ClockDriftTests
{
    private const int Rate = 48_000;
    private const int Block = 64;

    [Theory]
    [InlineData(-200.0)]
    [InlineData(0.0)]
    [InlineData(50.0)]
    [InlineData(200.0)]
    public void Ten_hours_of_drift_stay_within_a_block_of_the_target_and_lose_nothing(double ppm)
    {
        var drift = new ClockDrift(Rate, 2 * Block, 10 * Block);
        double worst = Simulate(drift, ppm, hours: 10.0, (_, ratio) => Block * ratio);
        Assert.InRange(worst, 0.0, Block);
        Assert.Equal(ppm, 1e6 * drift.Drift, 2.0);
    }

    [Fact]
    [Trait("Check", "drift")]
    public void The_same_with_libsamplerate_and_a_tone_stays_a_tone() => WithResampler(hours: 0.05);

    [Fact(Explicit = true)]
    [Trait("Check", "drift")]
    public void Ten_hours_with_libsamplerate() => WithResampler(hours: 10.0);

    [Fact]
    public void What_piled_up_in_a_stall_is_skipped()
    {
        var drift = new ClockDrift(Rate, 2 * Block, 4 * Block);
        for (int i = 0; i < Rate / Block; i++)
        {
            Assert.Equal(0, drift.Observe(2 * Block, Block));
        }

        long skipped = 0;
        for (int i = 0; i < 2 * Rate / Block && skipped == 0; i++)
        {
            skipped = drift.Observe(9000, Block);
        }

        Assert.Equal(9000 - 2 * Block, skipped);
        Assert.Equal(1.0, drift.Ratio, 1e-9);
    }

    [Fact]
    public void A_resampler_refuses_what_does_not_suit_it()
    {
        using var resampler = new StreamResampler(2, 64);
        Assert.Throws<ArgumentException>(
            () => resampler.Process(new PlanarBlock(new float[65 * 2], 2, 65, 65), 1.0).Frames);
        Assert.Throws<ArgumentException>(
            () => resampler.Process(new PlanarBlock(new float[64], 1, 64, 64), 1.0).Frames);
        Assert.Throws<ArgumentException>(
            () => resampler.Process(new PlanarBlock(new float[128], 2, 64, 64), 3.0).Frames);
        Assert.Throws<ArgumentException>(() => new StreamResampler(0, 64));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ClockDrift(0, 1.0, 1.0));
    }

    private static void WithResampler(double hours)
    {
        const double Frequency = 1000.0;
        using var resampler = new StreamResampler(1, Block);
        var drift = new ClockDrift(Rate, 2 * Block, 10 * Block);
        float[] samples = new float[Block];
        long sent = 0;
        double first = 0.0, second = 0.0, error = 0.0;
        double worst = Simulate(drift, 200.0, hours, (block, ratio) =>
        {
            for (int i = 0; i < Block; i++)
            {
                samples[i] = 0.5f * (float)Math.Sin(2.0 * Math.PI * Frequency * ((sent + i) % Rate) / Rate);
            }

            sent += Block;
            PlanarBlock made = resampler.Process(new PlanarBlock(samples, 1, Block, Block), ratio);

            // A tone obeys x(t) = 2 cos(ω) x(t − 1) − x(t − 2): a click or a lost frame does not.
            double turn = 2.0 * Math.Cos(2.0 * Math.PI * Frequency / Rate / ratio);
            foreach (float sample in made[0])
            {
                error = block > 100 ? Math.Max(error, Math.Abs(sample - turn * second + first)) : 0.0;
                (first, second) = (second, sample);
            }

            return made.Frames;
        });
        Assert.InRange(worst, 0.0, Block);
        Assert.InRange(error, 0.0, 1e-5);
    }

    /// <summary>
    /// A recording clock that is fast by some ppm, a playing one that is right, callbacks that come up to a block late.
    /// Returns how far the mean fill of a second was from the target at worst, after the first second.
    /// </summary>
    private static double Simulate(ClockDrift drift, double ppm, double hours, Func<long, double, double> resample)
    {
        var random = new Random(1);
        double period = Block / (Rate * (1.0 + 1e-6 * ppm)), pushed = Block, worst = 0.0;
        long blocks = (long)(hours * 3600.0 / period), skipped = 0;
        for (long block = 0; block < blocks; block++)
        {
            double late = random.NextDouble() * Block / Rate;
            pushed += resample(block, drift.Ratio);
            double played = (block * period + late) * Rate, recorded = late * Rate;
            skipped |= drift.Observe(pushed + recorded - played, Block);
            worst = Math.Max(worst, Math.Abs(drift.Fill - drift.Target));
        }

        Assert.Equal(0, skipped);
        return worst;
    }
}
