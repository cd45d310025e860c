using Math4AI.Runtime;

namespace Math4AI.Audio.Rooms;

/// <summary>Names the ways to choose the absorption of walls for a reverberation time.</summary>
public enum ReverberationFormula
{
    /// <summary>
    /// The decay of the image sources themselves, over all directions: what a simulated response has.
    /// </summary>
    Images,

    /// <summary>Eyring's, T = 24 ln 10 V/(−c S ln(1 − α)).</summary>
    Eyring,

    /// <summary>Sabine's, T = 24 ln 10 V/(c S α), for little absorption.</summary>
    Sabine,
}

/// <summary>
/// A room of six plane walls, whose echoes are those of image sources. The response from a source to a microphone is a
/// sum of pulses, one for each image: h(t) = Σ Π_w √(1 − α_w)^(hits of w)/(4π d) δ(t − d/c), with the distance d. A
/// corner of the room is the origin. Source: J. B. Allen and D. A. Berkley, "Image method for efficiently simulating
/// small-room acoustics", Journal of the Acoustical Society of America 65 (1979).
/// </summary>
public sealed class ShoeboxRoom
{
    private const double LogOfMillion = 13.815510557964274;
    private const double LowestHertz = 20.0;

    private readonly double[] absorption;

    /// <summary>Initializes a room whose walls absorb alike.</summary>
    /// <param name="size">The lengths of the edges in meters.</param>
    /// <param name="absorption">The share of the energy that a wall absorbs, above 0 and up to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A length is not positive, or the absorption is out of range.
    /// </exception>
    public ShoeboxRoom(Position size, double absorption)
        : this(size, [.. Enumerable.Repeat(absorption, 6)])
    {
    }

    /// <summary>Initializes a room.</summary>
    /// <param name="size">The lengths of the edges in meters.</param>
    /// <param name="absorption">
    /// The share of the energy that each wall absorbs, from 0 to 1: those at x = 0 and at its end, then y, then z.
    /// </param>
    /// <exception cref="ArgumentException">
    /// There are not six numbers, or all are 0: sound would never die away.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A length is not positive, or an absorption is out of range.
    /// </exception>
    public ShoeboxRoom(Position size, IReadOnlyList<double> absorption)
    {
        ArgumentNullException.ThrowIfNull(absorption);
        if (!(size is { X: > 0.0 and < 1e4, Y: > 0.0 and < 1e4, Z: > 0.0 and < 1e4 }))
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "The edges of a room are lengths in meters.");
        }

        if (absorption.Count != 6)
        {
            throw new ArgumentException(
                $"There are {absorption.Count} absorptions, and a room has 6 walls.", nameof(absorption));
        }

        if (absorption.FirstOrDefault(share => !(share is >= 0.0 and <= 1.0)) is var wrong and not 0.0)
        {
            throw new ArgumentOutOfRangeException(
                nameof(absorption), wrong, "A wall absorbs a share of the energy from 0 to 1.");
        }

        if (absorption.Max() <= 0.0)
        {
            throw new ArgumentException("A room whose walls absorb nothing is never silent again.", nameof(absorption));
        }

        Size = size;
        this.absorption = [.. absorption];
    }

    /// <summary>Gets the lengths of the edges in meters.</summary>
    public Position Size { get; }

    /// <summary>Gets the share of the energy that each wall absorbs: at x = 0 and at its end, then y, then z.</summary>
    public IReadOnlyList<double> Absorption => absorption;

    /// <summary>Gets the speed of sound in meters per second.</summary>
    public double SpeedOfSound { get; init => field = Setting.Above(value, 0.0); } = 343.0;

    /// <summary>
    /// Gets the time in seconds in which the sound decays by 60 dB, from the fall between −5 and −35 dB of the energy
    /// of all image sources (T30); 0 for walls that absorb all.
    /// </summary>
    public double ReverberationTime => DecayOf(absorption, Size, SpeedOfSound);

    /// <summary>Creates a room with a reverberation time.</summary>
    /// <param name="size">The lengths of the edges in meters.</param>
    /// <param name="seconds">The time in which the sound decays by 60 dB; 0 for no echoes at all.</param>
    /// <param name="formula">How the absorption of the walls, equal for all, follows from it.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The time is negative, or shorter than walls that absorb nearly all make it: take 0.
    /// </exception>
    public static ShoeboxRoom WithReverberation(
        Position size, double seconds, ReverberationFormula formula = ReverberationFormula.Images)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seconds);
        var empty = new ShoeboxRoom(size, 1.0);
        if (seconds == 0.0)
        {
            return empty;
        }

        // Sabine's and Eyring's formulas share the exponent: α = 1 − exp(−e), or α = e.
        double volume = size.X * size.Y * size.Z;
        double surface = 2.0 * (size.X * size.Y + size.Y * size.Z + size.Z * size.X);
        double exponent = 4.0 * LogOfMillion * volume / (empty.SpeedOfSound * surface * seconds);
        double share = formula switch
        {
            ReverberationFormula.Sabine => exponent,
            ReverberationFormula.Eyring => 1.0 - Math.Exp(-exponent),
            _ => OfDecay(size, seconds, empty.SpeedOfSound),
        };
        return share < 1.0 && double.IsFinite(share)
            ? new ShoeboxRoom(size, share)
            : throw new ArgumentOutOfRangeException(
                nameof(seconds), seconds,
                "Not even walls that absorb nearly all let the sound in this room decay so fast: take 0 for no "
                + "echoes.");
    }

    /// <summary>
    /// Computes the response from a source to a microphone, both points that hear and sound alike everywhere.
    /// </summary>
    /// <param name="source">Where the source is, in the room.</param>
    /// <param name="microphone">Where the microphone is, in the room.</param>
    /// <param name="sampleRate">The number of samples per second, 1000 or more.</param>
    /// <param name="seconds">
    /// The length; null for the time in which the sound decays by 60 dB, after the direct sound has come.
    /// </param>
    /// <returns>
    /// The samples; a source at a distance of 1 m has 1/(4π). Frequencies below 20 Hz, which the sum of positive pulses
    /// has too much of, are filtered out.
    /// </returns>
    /// <exception cref="ArgumentException">A point lies outside the room, or both are nearer than 1 cm.</exception>
    public double[] Response(Position source, Position microphone, int sampleRate, double? seconds = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sampleRate, 1000);
        RequireInside(source, nameof(source));
        RequireInside(microphone, nameof(microphone));
        double direct = (source - microphone).Length;
        if (direct < 0.01)
        {
            throw new ArgumentException("The source and the microphone must be a centimeter or more apart.");
        }

        double end = seconds ?? ReverberationTime + direct / SpeedOfSound;
        double[] response = new double[(int)Math.Ceiling(end * sampleRate) + FractionalDelay.Reach + 1];
        AddImages(response, source, microphone, sampleRate);
        RemoveLowest(response, sampleRate);
        return response;
    }

    /// <summary>Plays sources in the room and records them.</summary>
    /// <param name="sources">The sources, with signals of one sample rate; the shortest gives the length.</param>
    /// <param name="microphones">Where the microphones are: a channel each.</param>
    /// <param name="noise">The noise; null for none.</param>
    /// <param name="seed">Where the noise begins.</param>
    /// <returns>
    /// The recordings, scaled by one factor so that the largest peak of the mixture is 0.9. A source that moves goes
    /// from point to point, 2 cm apart, with cross-faded responses.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// There is no source or no microphone, one is outside the room, or the sample rates differ.
    /// </exception>
    public RoomMixture Mix(
        IReadOnlyList<RoomSource> sources, IReadOnlyList<Position> microphones, RoomNoise? noise = null, int seed = 0)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(microphones);
        if (sources.Count == 0 || microphones.Count == 0)
        {
            throw new ArgumentException("A mixture needs a source and a microphone.");
        }

        if (sources.FirstOrDefault(source => source.Signal.SampleRate != sources[0].Signal.SampleRate) is { } other)
        {
            throw new ArgumentException(
                $"The first source has {sources[0].Signal.SampleRate} samples per second and another "
                + $"{other.Signal.SampleRate}: resample one of them.");
        }

        IEnumerable<Position> places = sources.SelectMany(source => new[] { source.Start, source.End ?? source.Start });
        foreach (Position place in places.Concat(microphones))
        {
            RequireInside(place, nameof(sources));
        }

        if (sources.FirstOrDefault(source => !(source.MovesFrom >= 0.0)
            || !((source.MovesUntil ?? source.Signal.Duration.TotalSeconds) > source.MovesFrom)) is { } timeless)
        {
            throw new ArgumentException(
                $"A source moves from {timeless.MovesFrom} s until {timeless.MovesUntil} s: it must arrive after it "
                + "leaves, and cannot leave before the recording begins.", nameof(sources));
        }

        return new RoomMixer(this, microphones).Mix(sources, noise ?? new RoomNoise(), seed);
    }

    private void RequireInside(Position point, string name)
    {
        bool isInside = point.X > 0.0 && point.X < Size.X && point.Y > 0.0 && point.Y < Size.Y && point.Z > 0.0
            && point.Z < Size.Z;
        if (!isInside)
        {
            throw new ArgumentException($"{point} lies outside the room of {Size.X} × {Size.Y} × {Size.Z} m.", name);
        }
    }

    private void AddImages(double[] response, Position source, Position microphone, int sampleRate)
    {
        double farthest = SpeedOfSound * response.Length / sampleRate;
        (double Offset, double Gain)[] x = Axis(source.X, microphone.X, Size.X, 0, farthest);
        (double Offset, double Gain)[] y = Axis(source.Y, microphone.Y, Size.Y, 2, farthest);
        (double Offset, double Gain)[] z = Axis(source.Z, microphone.Z, Size.Z, 4, farthest);
        foreach ((double dx, double ofX) in x)
        {
            foreach ((double dy, double ofY) in y)
            {
                double flat = dx * dx + dy * dy;
                if (flat > farthest * farthest)
                {
                    continue;
                }

                foreach ((double dz, double ofZ) in z)
                {
                    double distance = Math.Sqrt(flat + dz * dz), gain = ofX * ofY * ofZ;
                    if (distance <= farthest && gain != 0.0)
                    {
                        FractionalDelay.Add(
                            response, distance / SpeedOfSound * sampleRate, gain / (4.0 * Math.PI * distance));
                    }
                }
            }
        }
    }

    /// <summary>
    /// Lists the images along one axis, at 2nL ± s: the distance from the microphone, and the product of the pressure's
    /// reflection factors √(1 − α) of the walls that were hit.
    /// </summary>
    private (double Offset, double Gain)[] Axis(
        double source, double microphone, double length, int wall, double farthest)
    {
        (double near, double far) = (Math.Sqrt(1.0 - absorption[wall]), Math.Sqrt(1.0 - absorption[wall + 1]));
        int most = (int)Math.Ceiling((farthest + length) / (2.0 * length));
        var images = new List<(double, double)>();
        for (int n = -most; n <= most; n++)
        {
            images.Add((2.0 * n * length + source - microphone, Math.Pow(near * far, Math.Abs(n))));
            images.Add((
                2.0 * n * length - source - microphone, Math.Pow(near, Math.Abs(n - 1)) * Math.Pow(far, Math.Abs(n))));
        }

        return [.. images];
    }

    /// <summary>A Butterworth high-pass filter of second order, by the bilinear transform.</summary>
    private static void RemoveLowest(double[] samples, int sampleRate)
    {
        double k = Math.Tan(Math.PI * LowestHertz / sampleRate), norm = 1.0 / (1.0 + Math.Sqrt(2.0) * k + k * k);
        (double a1, double a2) = (2.0 * (k * k - 1.0) * norm, (1.0 - Math.Sqrt(2.0) * k + k * k) * norm);
        double first = 0.0, second = 0.0;
        for (int i = 0; i < samples.Length; i++)
        {
            double middle = samples[i] - a1 * first - a2 * second;
            samples[i] = norm * (middle - 2.0 * first + second);
            (second, first) = (first, middle);
        }
    }

    /// <summary>
    /// Computes T30 of the energy e(t) = mean over directions u of Π_w (1 − α_w)^(c t |u_i|/2 L_i): the images are
    /// dense, and those in the direction u at distance c t were reflected c t |u_i|/2 L_i times by each wall across
    /// axis i. Source: E. A. Lehmann and A. M. Johansson, Journal of the Acoustical Society of America 124 (2008).
    /// </summary>
    private static double DecayOf(double[] absorption, Position size, double speed)
    {
        const int Steps = 40;
        double Rate(int wall, double length) =>
            -speed * (Math.Log(1.0 - absorption[wall]) + Math.Log(1.0 - absorption[wall + 1])) / (2.0 * length);
        (double x, double y, double z) = (Rate(0, size.X), Rate(2, size.Y), Rate(4, size.Z));
        if (double.IsInfinity(x) || double.IsInfinity(y) || double.IsInfinity(z))
        {
            return 0.0;
        }

        // Schroeder's integral of e(t) is the mean of exp(−r t)/r over the rates r of all directions.
        var rates = new List<double>();
        for (int i = 0; i < Steps; i++)
        {
            double height = (i + 0.5) / Steps, across = Math.Sqrt(1.0 - height * height);
            for (int j = 0; j < Steps; j++)
            {
                (double sine, double cosine) = Math.SinCos(0.5 * Math.PI * (j + 0.5) / Steps);
                rates.Add(x * across * cosine + y * across * sine + z * height);
            }
        }

        double whole = rates.Sum(rate => 1.0 / rate);
        double Left(double time) => rates.Sum(rate => Math.Exp(-rate * time) / rate) / whole;
        return 2.0 * (TimeOf(Left, 3.1622776601683795e-4) - TimeOf(Left, 0.31622776601683794));
    }

    /// <summary>Finds where a falling function of time reaches a level.</summary>
    private static double TimeOf(Func<double, double> falling, double level)
    {
        (double low, double high) = (0.0, 1e-3);
        while (falling(high) > level)
        {
            (low, high) = (high, 2.0 * high);
        }

        for (int i = 0; i < 40; i++)
        {
            double middle = 0.5 * (low + high);
            (low, high) = falling(middle) > level ? (middle, high) : (low, middle);
        }

        return high;
    }

    private static double OfDecay(Position size, double seconds, double speed)
    {
        (double low, double high) = (1e-6, 1.0 - 1e-6);
        if (DecayOf([high, high, high, high, high, high], size, speed) > seconds)
        {
            return 1.0;
        }

        for (int i = 0; i < 40; i++)
        {
            double middle = 0.5 * (low + high);
            bool isLong = DecayOf([middle, middle, middle, middle, middle, middle], size, speed) > seconds;
            (low, high) = isLong ? (middle, high) : (low, middle);
        }

        return high;
    }
}
