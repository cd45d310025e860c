namespace Math4AI.Tests.Fitting;

/// <summary>
/// The problems without a start as tables. Those of our own: name | x as lin, log or uni (drawn evenly), from, to,
/// count | formula | true parameters | standard deviation of the noise as a share of the range of y. The row number
/// seeds the noise.
/// </summary>
internal static class StartProblemTable
{
    /// <summary>The case's file | x | formula | y | parameters near the minimum.</summary>
    public const string Cases = """
        sine | t | A*sin(2*pi*f*t+p)+c | y | A=2 f=1.36917 p=0.7 c=2
        sinehi | t | A*sin(2*pi*f*t+p)+c | y | A=2 f=17.29978 p=0.7 c=2
        s0 | t | A*sin(2*pi*f*t+p)+c | y | A=2 f=1.70030 p=0.7 c=2
        s1 | t | A*sin(2*pi*f*t+p)+c | y | A=2 f=0.33557 p=0.7 c=2
        s2 | t | A*sin(2*pi*f*t+p)+c | y | A=2 f=2.22431 p=0.7 c=2
        s3 | t | A*sin(2*pi*f*t+p)+c | y | A=2 f=2.28831 p=0.7 c=2
        s4 | t | A*sin(2*pi*f*t+p)+c | y | A=2 f=5.17072 p=0.7 c=2
        s6 | t | A*sin(2*pi*f*t+p)+c | y | A=2 f=1.67451 p=0.7 c=2
        s7 | t | A*sin(2*pi*f*t+p)+c | y | A=2 f=3.29624 p=0.7 c=2
        s8 | t | A*sin(2*pi*f*t+p)+c | y | A=2 f=3.04846 p=0.7 c=2
        kww | t | A*exp(-(t/tau)^b) | y | A=1.99828 tau=1.51352 b=0.600629
        hill07 | dose | top+(b-top)/(1+(dose/ec50)^h) | y | top=93.2285 b=3.0402 ec50=1.7105 h=0.70390
        dose | dose | c+(d-c)/(1+exp(b*(log(dose)-le))) | resp | b=1.30701 c=5.58344 d=99.3313 le=-1.54826
        diff | t | 0.4*sqrt(D*t) | m | D=2.19788
        lorentz | hz | b+A/(1+((hz-f0)/w)^2) | y | b=0 A=1 f0=1.000000122e10 w=1e6
        scale | x | a*exp(-x/tau)+c | y | a=3.00369e-12 tau=3.98800e9 c=5.02646e-13
        mm | S | Vmax*S/(K+S) | v | Vmax=10.19 K=2.55877
        """;

    public const string Tuned = """
        decay in milliseconds | lin 0 500 60 | A*exp(-x/tau)+c | A=4.1 tau=82 c=0.6 | 0.01
        two exponentials | lin 0 40 80 | A*exp(-k1*x)+B*exp(-k2*x) | A=5 k1=1.1 B=3 k2=0.09 | 0.004
        von Bertalanffy | lin 1 20 40 | L*(1-exp(-k*(x-t0))) | L=62 k=0.21 t0=-0.8 | 0.01
        Gompertz | lin 0 30 40 | a*exp(-b*exp(-c*x)) | a=910 b=6.3 c=0.28 | 0.01
        logistic growth | lin 1900 2000 51 | K/(1+exp(-r*(x-tm))) | K=3.2e8 r=0.071 tm=1956 | 0.01
        Richards | lin 0 40 60 | K/(1+q*exp(-r*x))^(1/v) | K=12 q=55 r=0.31 v=0.7 | 0.003
        Gaussian line | lin 400 700 121 | b+A*exp(-(x-m)^2/(2*s^2)) | b=12 A=85 m=531 s=4.5 | 0.02
        two Gaussians on a slope | lin 0 100 150 | a+b*x+A*exp(-((x-m)/s)^2)+B*exp(-((x-n)/r)^2) |
            a=3 b=0.05 A=10 m=31 s=4 B=6 n=45 r=6 | 0.01
        resonance at 2.4 GHz | lin 2.39e9 2.41e9 201 | b+A/(1+((x-f0)/w)^2) | b=0.02 A=1.3 f0=2.40312e9 w=3.1e5 | 0.01
        pseudo-Voigt | lin 20 60 160 | b+A*(m*exp(-0.693147*((x-c)/w)^2)+(1-m)/(1+((x-c)/w)^2)) |
            b=30 A=900 m=0.4 c=38.2 w=0.7 | 0.005
        damped oscillation | lin 0 2e-3 200 | A*exp(-x/tau)*cos(2*pi*f*x+p)+c | A=3 tau=6e-4 f=7200 p=0.4 c=0.2 | 0.02
        two sinusoids | lin 0 50 200 | a*sin(w1*x+p)+b*sin(w2*x+q)+c | a=2 w1=0.9 p=0.3 b=1.2 w2=1.45 q=-1 c=5 | 0.03
        substrate inhibition | log 0.05 100 25 | V*x/(K+x+x^2/Ki) | V=48 K=1.9 Ki=22 | 0.01
        dose in mol per liter | log 1e-9 1e-4 24 | b+(t-b)/(1+(x/k)^h) | b=4 t=97 k=3.1e-7 h=1.3 | 0.01
        five parameters | log 0.01 1000 40 | b+(t-b)/(1+(x/k)^h)^s | b=0.1 t=2.2 k=14 h=1.1 s=2.1 | 0.004
        Sips isotherm | lin 0 2.5e5 30 | q*(k*x)^n/(1+(k*x)^n) | q=3.4 k=2.1e-5 n=0.8 | 0.006
        power law with offset | lin 1 60 40 | a*x^b+c | a=0.7 b=1.6 c=11 | 0.003
        Arrhenius | lin 280 370 19 | A*exp(-E/(8.314*x)) | A=3.1e10 E=5.4e4 | 0.005
        Antoine | lin 290 420 27 | A-B/(C+x) | A=4.2 B=1350 C=-53 | 0.001
        Planck | lin 2e13 1.5e15 60 | a*x^3/(exp(b*x)-1) | a=1.47e-50 b=8.3e-15 | 0.01
        diode | lin 0 0.65 40 | I*(exp(x/(n*0.02585))-1) | I=2.3e-12 n=1.15 | 0.002
        Weibull growth | lin 0 900 45 | a*(1-exp(-(x/l)^k)) | a=1.7 l=310 k=2.3 | 0.01
        echo decay in microseconds | lin 0 9e-5 50 | A*exp(-(x/T)^2)+c | A=0.8 T=2.9e-5 c=0.11 | 0.02
        knife edge | lin -3e-3 3e-3 61 | c+A*erf((x-m)/(1.41421356*w)) | c=2.1 A=2 m=4.3e-4 w=6.2e-4 | 0.01
        light curve | lin 0 2000 30 | P*tanh(a*x/P)-r | P=24 a=0.07 r=2 | 0.01
        Bateman | lin 0 24 30 | D*ka/(ka-ke)*(exp(-ke*x)-exp(-ka*x)) | D=14 ka=1.4 ke=0.17 | 0.01
        Morse | lin 0.9 4 50 | D*(1-exp(-a*(x-r)))^2+o | D=4.6 a=1.9 r=1.28 o=-4.6 | 0.005
        ratio of polynomials | lin -3 3 70 | (a+b*x)/(1+c*x+d*x^2) | a=1.2 b=0.9 c=0.3 d=0.6 | 0.01
        """;

    public const string HeldBack = """
        stretched decay with offset | lin 0 3e-3 80 | A*exp(-(x/tau)^b)+c | A=7 tau=4.2e-4 b=0.7 c=1.5 | 0.004
        decay and slow drift | lin 0 7200 90 | A*exp(-k*x)+B*exp(-l*x)+c | A=60 k=0.004 B=25 l=0.0005 c=18 | 0.001
        Hubbert | lin 1900 2050 76 | Q*r*exp(-r*(x-m))/(1+exp(-r*(x-m)))^2 | Q=210 r=0.075 m=1971 | 0.02
        Lennard-Jones | lin 3.3 9 58 | 4*d*((s/x)^12-(s/x)^6) | d=0.0104 s=3.4 | 0.005
        Fano | lin 59.5 61 151 | b+A*(q+2*(x-c)/g)^2/(1+(2*(x-c)/g)^2) | b=0.4 A=1.1 q=-2.7 c=60.15 g=0.04 | 0.01
        driven resonator | lin 3.1e4 3.5e4 161 | A/sqrt((c^2-x^2)^2+(g*x)^2) | A=5.2e7 c=32768 g=310 | 0.01
        Debye relaxation | log 1e3 1e9 60 | i+(s-i)/(1+(2*pi*x*t)^2) | i=3.2 s=78 t=4.1e-7 | 0.005
        low pass | log 10 1e6 50 | A/sqrt(1+(2*pi*x*R)^2) | A=5.1 R=3.3e-5 | 0.01
        Rabi, drawn times | uni 0 4e-6 120 | c+A*exp(-x/T)*cos(2*pi*f*x) | c=0.5 A=0.45 T=2.1e-6 f=2.7e6 | 0.03
        season with trend | lin 0 240 241 | a+b*x+A*sin(2*pi*x/P+p) | a=315 b=0.13 A=3.1 P=12.03 p=0.8 | 0.01
        two tides | uni 0 400 300 | h+A*cos(2*pi*x/P+p)+B*cos(2*pi*x/Q+q) |
            h=2.1 A=1.4 P=12.42 p=0.5 B=0.5 Q=25.8 q=2 | 0.02
        broken line | lin 0 80 81 | if(x<k, a+b*x, a+b*k+c*(x-k)) | k=33.3 a=2 b=0.4 c=-0.15 | 0.01
        Butler-Volmer | lin -0.12 0.12 49 | i*(exp(a*x)-exp(-c*x)) | i=3.1e-6 a=19.2 c=18.4 | 0.005
        Vogel-Fulcher | lin 310 480 35 | A+B/(x-T) | A=-4.1 B=1410 T=221 | 0.001
        Freundlich | log 0.01 90 22 | K*x^(1/n) | K=4.4 n=2.6 | 0.01
        Gompertz, millions | lin 0 365 53 | K*exp(-exp(-r*(x-m))) | K=2.6e6 r=0.026 m=140 | 0.005
        Ricker | lin 0 9e5 40 | a*x*exp(-b*x) | a=3.9 b=4.1e-6 | 0.02
        Holling III | lin 0 250 32 | a*x^2/(1+a*h*x^2) | a=0.011 h=0.034 | 0.01
        Sersic | log 0.2 30 45 | I*exp(-b*((x/R)^(1/n)-1)) | I=31 b=5.3 R=4.2 n=2.2 | 0.002
        King | lin 0 12 40 | A/(1+(x/r)^2)^b+c | A=41 r=1.6 b=1.2 c=0.7 | 0.004
        log-normal peak | log 0.01 20 60 | A*exp(-log(x/m)^2/(2*s^2))+c | A=930 m=0.31 s=0.42 c=12 | 0.01
        tailing peak | lin 4 9 201 | A*exp(w^2/(2*t^2)-(x-m)/t)*erfc((w/t-(x-m)/w)/1.41421356) |
            A=40 w=0.11 t=0.25 m=5.6 | 0.01
        double logistic | lin 1 365 73 | b+A*(1/(1+exp(-r*(x-s)))-1/(1+exp(-q*(x-u)))) |
            b=0.18 A=0.6 r=0.11 s=121 q=0.08 u=275 | 0.01
        capacitor in nanoseconds | lin 0 4e-8 80 | V*(1-exp(-x/T))+c | V=3.3 T=6.4e-9 c=0.05 | 0.01
        hormesis | log 0.01 300 36 | (a+b*x)/(1+(x/k)^h) | a=100 b=6 k=9.5 h=2.4 | 0.01
        three Lorentzians | lin -8 8 321 | b+A/(1+((x-m)/w)^2)+B/(1+((x-n)/v)^2)+C/(1+((x-o)/u)^2) |
            b=1 A=5 m=-3.1 w=0.5 B=8 n=0.4 v=0.7 C=4 o=2.9 u=0.4 | 0.01
        Brillouin | lin 0.05 9 40 | M*(1/tanh(a*x)-1/(a*x)) | M=6.8 a=1.3 | 0.01
        Fabry-Perot | lin 1540 1560 400 | A/(1+F*sin(pi*x/s)^2) | A=1.1 F=9 s=3.17 | 0.02
        hyperbola with inhibition | lin 0.1 50 40 | V*x^2/(K^2+x^2)*1/(1+x/J) | V=9 K=3.1 J=24 | 0.005
        beats | lin 0 1 500 | A*sin(2*pi*f*x+p)*exp(-k*x)+B*sin(2*pi*g*x+q) |
            A=3 f=21.3 p=1 k=1.7 B=1.1 g=25.9 q=0.2 | 0.03
        """;
}
